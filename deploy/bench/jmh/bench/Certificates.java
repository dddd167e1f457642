package bench;

import dev.mayfly.Outcome;
import dev.mayfly.credential.ssh.SshCa;
import dev.mayfly.credential.ssh.SshCertificate;
import dev.mayfly.credential.ssh.SshOptions;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.SshSigning;
import dev.mayfly.credential.x509.CertificateSigning;
import dev.mayfly.credential.x509.CertificateTemplate;
import dev.mayfly.credential.x509.CertificationRequest;
import dev.mayfly.credential.x509.Issuer;
import dev.mayfly.credential.x509.Pointers;
import dev.mayfly.credential.x509.Purpose;
import dev.mayfly.credential.x509.SubjectKey;
import dev.mayfly.credential.x509.SubjectName;
import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import dev.mayfly.key.Signer;
import dev.mayfly.store.GrantId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the certificates' own work costs, each step alone: reading what was sent, and making what
 * leaves. In microseconds of one core.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class Certificates {

  private static final String BROKER = "http://broker.example";
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

  private byte[] request;
  private Issuer issuer;
  private Signer issuing;
  private CertificateTemplate template;
  private String sshKey;
  private SshPublicKey sshSubject;
  private SshCa sshCa;
  private final SecureRandom random = new SecureRandom();

  /** Keys of the provider that the broker uses, as its rings hold them. */
  @Setup
  public void keys() throws Exception {
    KeyPair ca = pair(Alg.ES256);
    issuing = signer(Alg.ES256, ca.getPrivate());
    CertificateTemplate root =
        CertificateTemplate.ofHierarchy(
            serial(),
            Purpose.Authority.ISSUING,
            "Mayfly issuing",
            SubjectKey.ofAuthority(ca.getPublic()),
            NOW,
            NOW.plus(Duration.ofDays(7)),
            Pointers.NONE);
    byte[] certificate = CertificateSigning.selfSigned(root, Alg.ES256, issuing);
    issuer = value(Issuer.of(certificate, ca.getPublic()));
    request = request();
    template = template(value(CertificationRequest.parse(request)).key());
    KeyPair user = pair(Alg.ED25519);
    sshSubject = SshPublicKey.of(jdk(user.getPublic()));
    sshKey = sshSubject.line();
    KeyPair sshAuthority = pair(Alg.ED25519);
    sshCa =
        new SshCa(
            SshPublicKey.of(jdk(sshAuthority.getPublic())),
            SshSigning.named("Ed25519").orElseThrow(),
            signer(Alg.ED25519, sshAuthority.getPrivate())::sign);
  }

  /** A CSR for a P-256 key: taken apart, its key judged, its signature checked. */
  @Benchmark
  public CertificationRequest x509ReadRequest() {
    return value(CertificationRequest.parse(request));
  }

  /** Written, judged under a throwaway key, signed with ES256, and its signature checked. */
  @Benchmark
  public byte[] x509MakeCertificate() {
    return CertificateSigning.sign(template, issuer, Alg.ES256, issuing);
  }

  /** The signature alone, of what was to be signed. */
  @Benchmark
  public byte[] x509SignatureAlone() {
    return issuing.sign(request);
  }

  /** A line of authorized_keys with an Ed25519 key, judged. */
  @Benchmark
  public SshPublicKey sshReadKey() {
    return value(SshPublicKey.read(sshKey));
  }

  /** Written and signed with Ed25519. */
  @Benchmark
  public String sshMakeCertificate() {
    return new SshCertificate(
            SshCertificate.Type.USER,
            sshSubject,
            1,
            "anna grant 019ab7b0 credential 019ab7b1",
            List.of("deploy"),
            NOW,
            NOW.plus(Duration.ofMinutes(30)),
            new SshOptions(List.of(), Optional.empty(), new TreeSet<>(Set.of("permit-pty"))))
        .signedBy(sshCa, random)
        .line();
  }

  private static CertificateTemplate template(SubjectKey key) {
    return new CertificateTemplate(
        serial(),
        new Purpose.Svid(),
        Optional.empty(),
        key,
        Set.of(SubjectName.parse("uri:spiffe://shop.example/orders")),
        NOW,
        NOW.plus(Duration.ofMinutes(30)),
        Pointers.of(BROKER + "/crl/1.crl", BROKER + "/ocsp", BROKER + "/ca/1.cer"),
        Optional.of(GrantId.of("019ab7b0-0000-7000-8000-00000000beef")));
  }

  private static byte[] request() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    return new PKCS10CertificationRequestBuilder(
            new X500Name("CN=orders"),
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
        .getEncoded();
  }

  private static KeyPair pair(Alg alg) throws GeneralSecurityException {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(alg.keyType(), CryptoProvider.chosen().jca());
    if (alg.equals(Alg.ES256)) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    return generator.generateKeyPair();
  }

  private static PublicKey jdk(PublicKey key) throws GeneralSecurityException {
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
  }

  /** One engine for the one thread. */
  private static Signer signer(Alg alg, PrivateKey key) throws GeneralSecurityException {
    Signature engine = CryptoProvider.chosen().signature(alg);
    engine.initSign(key);
    return input -> {
      try {
        engine.update(input);
        return engine.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static BigInteger serial() {
    return CertificateTemplate.serial(
        new dev.mayfly.store.CredentialId(UUID.fromString("019ab7b0-0000-7000-8000-00000000c0de")));
  }

  private static <T> T value(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Ok<T>(T value) -> value;
      case Outcome.Refused<T> refused -> throw new IllegalStateException(refused.toString());
    };
  }
}
