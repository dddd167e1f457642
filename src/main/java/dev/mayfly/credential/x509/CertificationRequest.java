package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.CryptoProvider;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A request of PKCS#10 (RFC 2986), read and judged: its key is none that is known to be weak, and
 * who made it has the private part. What it wishes beyond that is for {@link Wishes#within} to
 * compare with what policy gives.
 */
public final class CertificationRequest {

  /** An RSA key of 8192 bits, its signature and a hundred long names fit twice over. */
  public static final int MOST_BYTES = 16 * 1_024;

  /** The signature algorithms taken, as whole AlgorithmIdentifiers: none with SHA-1, no PSS. */
  @SuppressWarnings("ImmutableEnumChecker") // the bytes are not handed out
  private enum Proof {
    ECDSA_SHA256("EC", "SHA256withECDSA", "300a06082a8648ce3d040302"),
    ECDSA_SHA384("EC", "SHA384withECDSA", "300a06082a8648ce3d040303"),
    ECDSA_SHA512("EC", "SHA512withECDSA", "300a06082a8648ce3d040304"),
    RSA_SHA256("RSA", "SHA256withRSA", "300d06092a864886f70d01010b0500"),
    RSA_SHA384("RSA", "SHA384withRSA", "300d06092a864886f70d01010c0500"),
    RSA_SHA512("RSA", "SHA512withRSA", "300d06092a864886f70d01010d0500"),
    ED25519("EdDSA", "Ed25519", "300506032b6570");

    private final String keyType;
    private final String signatureName;
    private final byte[] identifier;

    Proof(String keyType, String signatureName, String identifier) {
      this.keyType = keyType;
      this.signatureName = signatureName;
      this.identifier = HexFormat.of().parseHex(identifier);
    }

    static Optional<Proof> of(byte[] identifier) {
      return Arrays.stream(values())
          .filter(proof -> Arrays.equals(proof.identifier, identifier))
          .findFirst();
    }

    boolean suits(PublicKey key) {
      String type = key.getAlgorithm();
      return type.equals(keyType) || (this == ED25519 && type.equals("Ed25519"));
    }
  }

  private final SubjectKey key;
  private final Wishes wishes;

  private CertificationRequest(SubjectKey key, Wishes wishes) {
    this.key = key;
    this.wishes = wishes;
  }

  /** From PEM or DER, as it came; the reason of a refusal may be told to whoever sent it. */
  public static Outcome<CertificationRequest> parse(byte[] sent) {
    if (sent.length > 2 * MOST_BYTES) {
      return refused("a request is at most " + MOST_BYTES + " bytes");
    }
    try {
      byte[] der = RequestPem.der(sent);
      return der.length > MOST_BYTES
          ? refused("a request is at most " + MOST_BYTES + " bytes")
          : read(der);
    } catch (NotDer bad) {
      return refused(bad.why());
    }
  }

  public SubjectKey key() {
    return key;
  }

  /** What it asks for beyond a certificate for its key. */
  public Wishes wishes() {
    return wishes;
  }

  /** RFC 2986 4.2: what is signed, how, and the signature. */
  private static Outcome<CertificationRequest> read(byte[] der) throws NotDer {
    Der outer = Der.of(der);
    Der request = outer.enter(Der.SEQUENCE);
    outer.end();
    byte[] signed = request.element(Der.SEQUENCE);
    byte[] algorithm = request.element(Der.SEQUENCE);
    byte[] signature = request.octetsOfBitString();
    request.end();
    Der info = Der.of(signed).enter(Der.SEQUENCE);
    if (!info.integer(1).equals(BigInteger.ZERO)) {
      throw new NotDer("the request is of no version that there is");
    }
    byte[] subject = info.element(Der.SEQUENCE);
    byte[] spki = info.element(Der.SEQUENCE);
    byte[] attributes = info.content(Der.CONTEXT | Der.CONSTRUCTED);
    info.end();
    // The key first: it is the only part that costs, and a weak one is not worth the rest.
    return switch (SubjectKey.parse(spki)) {
      case Outcome.Refused<SubjectKey>(Refusal refusal) -> Outcome.refused(refusal);
      case Outcome.Ok<SubjectKey>(SubjectKey key) -> {
        Wishes wishes = RequestReader.wishes(subject, attributes, key);
        yield proves(key.key(), algorithm, signed, signature)
            ? Outcome.ok(new CertificationRequest(key, wishes))
            : refused("the request is not signed with the private part of its key");
      }
    };
  }

  private static boolean proves(PublicKey key, byte[] algorithm, byte[] signed, byte[] signature)
      throws NotDer {
    Proof proof =
        Proof.of(algorithm)
            .filter(known -> known.suits(key))
            .orElseThrow(
                () -> new NotDer("the request's signature algorithm is none that fits its key"));
    try {
      Signature check = Signature.getInstance(proof.signatureName, CryptoProvider.chosen().jca());
      check.initVerify(key);
      check.update(signed);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Malformed("bad-request-for-certificate", why));
  }
}
