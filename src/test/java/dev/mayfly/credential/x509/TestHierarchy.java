package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.KeyId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A root, an issuing authority below it, and subjects: everything signed as the broker would. */
public final class TestHierarchy {

  public static final Instant NOW = Instant.parse("2026-11-22T08:00:00.700Z");
  static final GrantId GRANT = GrantId.of("019ab7b0-0000-7000-8000-00000000beef");
  static final SubjectName SVID = SubjectName.parse("uri:spiffe://shop.example/orders");

  static final Pointers POINTERS =
      Pointers.of(
          "http://broker.example/crl/1.crl",
          "http://broker.example/ocsp",
          "http://broker.example/ca/1.cer");

  final Alg alg;
  final KeyPair rootKey;
  final KeyPair issuingKey;
  public final byte[] root;
  public final byte[] issuing;
  public final Issuer issuer;

  public TestHierarchy(Alg alg) {
    this.alg = alg;
    this.rootKey = keyPair(alg.joseName());
    this.issuingKey = keyPair(alg.joseName());
    this.root = CertificateSigning.selfSigned(rootTemplate(), alg, in -> sign(rootKey, in));
    this.issuing =
        CertificateSigning.sign(
            issuingTemplate(), value(Issuer.of(root, rootKey.getPublic())), alg, this::signAsRoot);
    this.issuer = value(Issuer.of(issuing, issuingKey.getPublic()));
  }

  CertificateTemplate rootTemplate() {
    return CertificateTemplate.ofHierarchy(
        serial(),
        Purpose.Authority.ROOT,
        "Mayfly root",
        SubjectKey.ofAuthority(rootKey.getPublic()),
        NOW,
        NOW.plus(Duration.ofDays(3650)),
        Pointers.NONE);
  }

  CertificateTemplate issuingTemplate() {
    return CertificateTemplate.ofHierarchy(
        serial(),
        Purpose.Authority.ISSUING,
        "Mayfly issuing 1",
        SubjectKey.ofAuthority(issuingKey.getPublic()),
        NOW,
        NOW.plus(Duration.ofDays(7)),
        new Pointers(
            Optional.of("http://broker.example/crl/root.crl"),
            Optional.empty(),
            Optional.of("http://broker.example/ca/root.cer")));
  }

  /** A responder with a key of the same algorithm, and that key. */
  @SuppressWarnings("ArrayRecordComponent") // handed out, never compared
  public record Answerer(byte[] der, SigningKey key) {}

  public Answerer responder() {
    KeyPair pair = keyPair(alg.joseName());
    byte[] der = issue(responderTemplate(SubjectKey.ofAuthority(pair.getPublic())));
    return new Answerer(der, signer(pair));
  }

  public SigningKey issuingSigner() {
    return signer(issuingKey);
  }

  /** An SVID of this serial number. */
  public byte[] svid(CredentialId id) {
    CertificateTemplate any = svid();
    return issue(
        new CertificateTemplate(
            CertificateTemplate.serial(id),
            any.purpose(),
            any.commonName(),
            any.key(),
            any.names(),
            any.issuedAt(),
            any.expiresAt(),
            any.pointers(),
            any.grant()));
  }

  private SigningKey signer(KeyPair pair) {
    return new SigningKey() {
      @Override
      public KeyId id() {
        return new KeyId("test");
      }

      @Override
      public Alg alg() {
        return alg;
      }

      @Override
      public Instant notAfter() {
        return NOW.plus(Duration.ofDays(7));
      }

      @Override
      public byte[] sign(byte[] input) {
        return TestHierarchy.this.sign(pair, input);
      }
    };
  }

  CertificateTemplate responderTemplate() {
    return responderTemplate(key(keyPair("ES256")));
  }

  private static CertificateTemplate responderTemplate(SubjectKey key) {
    return CertificateTemplate.ofHierarchy(
        serial(),
        new Purpose.OcspResponder(),
        "Mayfly OCSP 1",
        key,
        NOW,
        NOW.plus(Duration.ofHours(12)),
        Pointers.NONE);
  }

  static CertificateTemplate leaf(Purpose.Leaf purpose, SubjectKey key, Set<SubjectName> names) {
    return new CertificateTemplate(
        serial(),
        purpose,
        Optional.empty(),
        key,
        names,
        NOW,
        NOW.plus(Duration.ofHours(1)),
        POINTERS,
        Optional.of(GRANT));
  }

  static CertificateTemplate svid() {
    return leaf(new Purpose.Svid(), key(keyPair("ES256")), Set.of(SVID));
  }

  byte[] issue(CertificateTemplate template) {
    return CertificateSigning.sign(template, issuer, alg, this::signAsIssuing);
  }

  byte[] signAsRoot(byte[] input) {
    return sign(rootKey, input);
  }

  byte[] signAsIssuing(byte[] input) {
    return sign(issuingKey, input);
  }

  byte[] sign(KeyPair pair, byte[] input) {
    try {
      Signature engine = CryptoProvider.chosen().signature(alg);
      engine.initSign(pair.getPrivate());
      engine.update(input);
      return engine.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static BigInteger serial() {
    // A UUIDv7 of 2026 begins with 019a.
    UUID random = UUID.randomUUID();
    return new BigInteger("019ab7b0" + random.toString().replace("-", "").substring(8), 16);
  }

  static SubjectKey key(KeyPair pair) {
    return value(SubjectKey.of(pair.getPublic()));
  }

  static KeyPair keyPair(String name) {
    try {
      return switch (name) {
        case "ES256" -> ec("secp256r1");
        case "ES384" -> ec("secp384r1");
        case "RS256" -> rsa(2_048);
        case "RSA-3072" -> rsa(3_072);
        case "ML-DSA-65" ->
            CryptoProvider.chosen().keyPairGenerator(Alg.ML_DSA_65).generateKeyPair();
        default -> KeyPairGenerator.getInstance(name).generateKeyPair();
      };
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair ec(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  static KeyPair rsa(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  static <T> T value(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Ok<T>(T value) -> value;
      case Outcome.Refused<T>(var refusal) ->
          throw new AssertionError(refusal.code() + ": " + refusal.why());
    };
  }

  static String why(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(var refusal) ? refusal.why() : "accepted";
  }
}
