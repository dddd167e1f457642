package dev.mayfly.credential.x509;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.Facts;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.keycheck.KnownBadKeys;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.X509Rules;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * X.509 certificates (RFC 5280). What one says follows from the ledger's facts, the profile of the
 * role and the subject's key; the request adds nothing to it.
 */
@ApplicationScoped
public class X509Kind {

  private static final RingName DEFAULT = new RingName(RingName.X509, dev.mayfly.key.Alg.ES256);

  private final KeyRings rings;
  private final Authorities authorities;
  private final KnownBadKeys knownBad;
  private final X509Config config;
  private final String issuer;

  X509Kind(
      KeyRings rings,
      Authorities authorities,
      KnownBadKeys knownBad,
      X509Config config,
      MayflyConfig mayfly) {
    this.rings = rings;
    this.authorities = authorities;
    this.knownBad = knownBad;
    this.config = config;
    this.issuer = mayfly.issuer();
  }

  /** A certificate for the key of this request, where that is on no list of known-bad keys. */
  public Outcome<Order> order(CertificationRequest request) {
    return knownBad.check(request.key().key()).then(good -> Outcome.ok(new Certificate(request)));
  }

  /** Where the certificate of an issuing authority is served. */
  private Pointers pointers(Facts facts, KeyId key) {
    return Pointers.of(
        facts.slot().uri(), issuer + "/ocsp", issuer + "/ca/" + key.value() + ".cer");
  }

  private Refusal lacking(SigningKey key) {
    return config.root() == X509Config.Root.IMPORT && authorities.roots().isEmpty()
        ? new Refusal.NotSetUp(
            "root-not-imported",
            "no root has signed this broker's own yet: an operator runs 'mayfly ca csr' and, with"
                + " what the organisation's root has signed, 'mayfly ca import'")
        : new Refusal.Unavailable(
            "no-ca-certificate",
            "the issuing CA " + key.id() + " has no certificate that may be shown");
  }

  private static Purpose.Leaf purpose(Role role) {
    X509Rules rules = role.x509().orElseThrow();
    return Purpose.named(rules.profile().word(), List.copyOf(rules.extendedKeyUsage()))
        .orElseThrow();
  }

  private final class Certificate implements Order {

    private final CertificationRequest request;

    Certificate(CertificationRequest request) {
      this.request = request;
    }

    @Override
    public String kind() {
      return "X509";
    }

    @Override
    public ListKind list() {
      return ListKind.CRL;
    }

    @Override
    public RingName ring(Role role) {
      return rings.first(RingName.X509).orElse(DEFAULT);
    }

    @Override
    public Optional<String> thumbprint(Role role) {
      return Optional.of(request.key().thumbprint());
    }

    /** Another node may have made the CA's certificate a moment ago. */
    @Override
    public Uni<Void> ready(SigningKey key) {
      return authorities.issuing(key.id()).isPresent()
          ? Uni.createFrom().voidItem()
          : authorities.refreshTogether();
    }

    @Override
    public Optional<Refusal> objection(Allowed allowed, SigningKey key) {
      if (authorities.issuing(key.id()).isEmpty()) {
        return Optional.of(lacking(key));
      }
      return names(allowed)
          .map(names -> beyond(purpose(allowed.role()), names))
          .orElseGet(
              () ->
                  Optional.of(
                      new Refusal.Denied(
                          "name-not-valid",
                          "role "
                              + allowed.role().id()
                              + " makes a name no certificate may hold")));
    }

    private Optional<Refusal> beyond(Purpose.Leaf purpose, Set<SubjectName> names) {
      return switch (request.wishes().within(purpose, names)) {
        case Outcome.Ok<Wishes> ok -> Optional.empty();
        case Outcome.Refused<Wishes>(Refusal refusal) -> Optional.of(refusal);
      };
    }

    /** Policy's syntax of names is a little wider than a certificate's. */
    private static Optional<Set<SubjectName>> names(Allowed allowed) {
      try {
        return Optional.of(CertificateTemplate.names(String.join(" ", allowed.audiences())));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    @Override
    public CredentialId newId(InstantSource clock) {
      return new CredentialId(Uuids.unpredictable(clock));
    }

    /** Its extended key usage. */
    @Override
    public boolean holdsOfTheRole() {
      return true;
    }

    /** The certificate and what a server sends after it, leaf first (RFC 8446 4.4.2), in PEM. */
    @Override
    public Outcome<String> sign(Facts facts, Role role, SigningKey key) {
      return authorities
          .issuing(key.id())
          .map(authority -> Outcome.ok(sign(facts, role, key, authority)))
          .orElseGet(() -> Outcome.refused(lacking(key)));
    }

    private String sign(Facts facts, Role role, SigningKey key, Authority authority) {
      byte[] der =
          CertificateSigning.sign(
              CertificateTemplate.of(
                  facts, purpose(role), request.key(), pointers(facts, key.id())),
              authority.issuer(),
              key);
      return Pem.certificate(der) + authority.pem();
    }
  }
}
