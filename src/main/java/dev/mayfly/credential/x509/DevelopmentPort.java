package dev.mayfly.credential.x509;

import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * The certificate of a development broker's own TLS port, for this machine's names and a key that
 * never leaves the process. It belongs to the broker's hierarchy, as a responder's does: it is
 * nobody's credential, proves no identity, and ends with the authority that signed it.
 */
@ApplicationScoped
public class DevelopmentPort {

  private static final Set<SubjectName> THIS_MACHINE =
      Set.of(
          new SubjectName(SubjectName.Kind.DNS, "localhost"),
          new SubjectName(SubjectName.Kind.IP, "127.0.0.1"),
          new SubjectName(SubjectName.Kind.IP, "::1"));

  private final Database database;
  private final KeyRings rings;
  private final Authorities authorities;
  private final Certifying certifying;
  private final InstantSource clock;

  DevelopmentPort(
      Database database,
      KeyRings rings,
      Authorities authorities,
      Certifying certifying,
      InstantSource clock) {
    this.database = database;
    this.rings = rings;
    this.authorities = authorities;
    this.certifying = certifying;
    this.clock = clock;
  }

  /**
   * What the port shows.
   *
   * @param key in PEM (PKCS #8), for memory only
   * @param chain leaf first, in PEM
   */
  public record Shown(String key, String chain, Instant expiresAt) {
    @Override
    public String toString() {
      return "the TLS port's certificate until " + expiresAt;
    }
  }

  /** Signs with this key, as this authority. */
  private record Signing(RingName ring, SigningKey key, Authority authority) {

    /** Rule 4. */
    Instant end() {
      return key.notAfter().isBefore(authority.notAfter()) ? key.notAfter() : authority.notAfter();
    }
  }

  /** A new key and its certificate; empty while no authority can sign one. */
  public Uni<Optional<Shown>> make() {
    return signing()
        .map(signing -> record(signing).map(Optional::of))
        .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
  }

  private Optional<Signing> signing() {
    return rings.first(RingName.X509).flatMap(this::signing);
  }

  private Optional<Signing> signing(RingName ring) {
    return rings
        .active(ring)
        .flatMap(key -> authorities.issuing(key.id()).map(of -> new Signing(ring, key, of)));
  }

  /** Rule 2: first it is known, then it is there. */
  private Uni<Shown> record(Signing signing) {
    CredentialId id = certifying.newId();
    return database
        .inTransaction(connection -> certifying.record(connection, id, said(signing)))
        .chain(() -> certifying.signed(id, known -> shown(known, signing)));
  }

  private Shown shown(CredentialId id, Signing signing) {
    KeyPair pair = pair();
    CertificateTemplate template =
        new CertificateTemplate(
            CertificateTemplate.serial(id),
            new Purpose.DevelopmentPort(),
            Optional.of(certifying.name("development port")),
            SubjectKey.ofAuthority(pair.getPublic()),
            THIS_MACHINE,
            clock.instant(),
            signing.end(),
            Pointers.NONE,
            Optional.empty());
    byte[] leaf = CertificateSigning.sign(template, signing.authority().issuer(), signing.key());
    return new Shown(
        Pem.privateKey(pair.getPrivate().getEncoded()),
        Pem.certificate(leaf) + signing.authority().pem(),
        signing.end());
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = CryptoProvider.chosen().keyPairGenerator(Alg.ES256);
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every provider of ours has P-256", e);
    }
  }

  private static Certifying.Said said(Signing signing) {
    return new Certifying.Said(
        "a development broker opens its TLS port",
        signing.key().id(),
        signing.ring(),
        "development-port",
        Optional.empty());
  }
}
