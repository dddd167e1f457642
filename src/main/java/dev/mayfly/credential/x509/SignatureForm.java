package dev.mayfly.credential.x509;

import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * How a signature that a ring's key makes in JOSE's form stands in a certificate: its
 * AlgorithmIdentifier, and for ECDSA the ASN.1 of R and S (RFC 5758 3.2) in place of the two side
 * by side.
 */
@SuppressWarnings("ImmutableEnumChecker") // the bytes are handed out as copies
public enum SignatureForm {
  ES256("ES256", "SHA256withECDSA", "300a06082a8648ce3d040302"),
  ES384("ES384", "SHA384withECDSA", "300a06082a8648ce3d040303"),
  RS256("RS256", "SHA256withRSA", "300d06092a864886f70d01010b0500"),
  ED25519("Ed25519", "Ed25519", "300506032b6570"),
  /** RFC 9881 2: no parameters. */
  ML_DSA_65("ML-DSA-65", "ML-DSA-65", "300b0609608648016503040312");

  private final String joseName;
  private final String signatureName;
  private final byte[] identifier;
  private final AlgorithmIdentifier parsed;

  SignatureForm(String joseName, String signatureName, String identifier) {
    this.joseName = joseName;
    this.signatureName = signatureName;
    this.identifier = HexFormat.of().parseHex(identifier);
    this.parsed = AlgorithmIdentifier.getInstance(this.identifier);
  }

  public static SignatureForm of(Alg alg) {
    return Arrays.stream(values())
        .filter(form -> form.joseName.equals(alg.joseName()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no certificate is signed with " + alg));
  }

  static Optional<SignatureForm> identifiedBy(byte[] identifier) {
    return Arrays.stream(values())
        .filter(form -> Arrays.equals(form.identifier, identifier))
        .findFirst();
  }

  /** The AlgorithmIdentifier in DER. */
  public byte[] identifier() {
    return identifier.clone();
  }

  AlgorithmIdentifier parsedIdentifier() {
    return parsed;
  }

  /** What was to be signed and its signature in JOSE's form, as one certificate or request. */
  public byte[] assemble(byte[] signed, byte[] jose) {
    byte[] signature = isEcdsa() ? rAndS(jose) : jose;
    ByteArrayOutputStream bits = new ByteArrayOutputStream(signature.length + 8);
    write(bits, Der.BIT_STRING, concat(new byte[1], signature));
    ByteArrayOutputStream whole = new ByteArrayOutputStream(signed.length + signature.length + 32);
    write(whole, Der.SEQUENCE, concat(signed, identifier, bits.toByteArray()));
    return whole.toByteArray();
  }

  /** Whether this is the key's signature, in the form that stands in a certificate. */
  boolean verifies(PublicKey key, byte[] signed, byte[] signature) {
    try {
      Signature check = engine();
      check.initVerify(key);
      check.update(signed);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private Signature engine() throws GeneralSecurityException {
    if (this == ML_DSA_65) {
      return CryptoProvider.chosen().signature(Alg.ML_DSA_65);
    }
    Provider provider = CryptoProvider.chosen().jca();
    return provider.getService("Signature", signatureName) == null
        ? Signature.getInstance(signatureName)
        : Signature.getInstance(signatureName, provider);
  }

  private boolean isEcdsa() {
    return this == ES256 || this == ES384;
  }

  private static byte[] rAndS(byte[] jose) {
    int half = jose.length / 2;
    ByteArrayOutputStream numbers = new ByteArrayOutputStream(jose.length + 8);
    write(numbers, Der.INTEGER, new BigInteger(1, jose, 0, half).toByteArray());
    write(numbers, Der.INTEGER, new BigInteger(1, jose, half, half).toByteArray());
    ByteArrayOutputStream sequence = new ByteArrayOutputStream(jose.length + 12);
    write(sequence, Der.SEQUENCE, numbers.toByteArray());
    return sequence.toByteArray();
  }

  private static void write(ByteArrayOutputStream to, int tag, byte[] content) {
    to.write(tag);
    int length = content.length;
    if (length > 0xffff) {
      throw new IllegalArgumentException("a certificate is no longer than 65535 bytes");
    }
    if (length > 0xff) {
      to.write(0x82);
      to.write(length >>> Byte.SIZE);
    } else if (length > 0x7f) {
      to.write(0x81);
    }
    to.write(length);
    to.writeBytes(content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
