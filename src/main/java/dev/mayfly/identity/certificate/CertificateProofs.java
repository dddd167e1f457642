package dev.mayfly.identity.certificate;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.CertificateTrust;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.Proving;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Proves an identity by a certificate that is not Mayfly's: one that an authority gave it which the
 * policy trusts, under the name that the policy knows it by ({@code tls_client_auth}, RFC 8705
 * 2.1), or one that the policy holds itself ({@code self_signed_tls_client_auth}, 2.2).
 */
@ApplicationScoped
public class CertificateProofs {

  private final CrlFiles lists;
  private final Vertx vertx;
  private final InstantSource clock;

  CertificateProofs(CrlFiles lists, Vertx vertx, InstantSource clock) {
    this.lists = lists;
    this.vertx = vertx;
    this.clock = clock;
  }

  /**
   * Whether it proves this client.
   *
   * @param entry of {@link CompiledPolicy#certified}
   */
  public Uni<Outcome<Proven>> prove(
      ShownCertificate shown, IdentityEntry entry, CompiledPolicy policy) {
    return switch (entry.proving()) {
      case Proving.SelfSigned own -> Uni.createFrom().item(own(shown, own, entry));
      case Proving.Issued issued -> issued(shown, issued, entry, policy);
      default -> Uni.createFrom().item(refuse(entry, "does not come in by a certificate"));
    };
  }

  private Outcome<Proven> own(ShownCertificate shown, Proving.SelfSigned own, IdentityEntry entry) {
    return own.certificates().contains(shown.leaf())
        ? alive(shown, own.spiffeId(), entry)
        : refuse(entry, "showed none of its certificates");
  }

  /** Looking for the chain takes its time, and reads a file: not on the event loop. */
  private Uni<Outcome<Proven>> issued(
      ShownCertificate shown, Proving.Issued issued, IdentityEntry entry, CompiledPolicy policy) {
    CertificateTrust trust = policy.policy().authorities().get(issued.trust());
    if (trust == null || !issued.subject().isOf(shown.leaf())) {
      return Uni.createFrom().item(refuse(entry, "showed a certificate of another name"));
    }
    return vertx
        .executeBlocking(() -> objection(shown, trust), false)
        .map(
            objection ->
                objection
                    .map(
                        why ->
                            CertificateProofs.<Proven>refuse(entry, "showed its name, but " + why))
                    .orElseGet(() -> alive(shown, issued.spiffeId(), entry)));
  }

  private Optional<String> objection(ShownCertificate shown, CertificateTrust trust) {
    Instant now = clock.instant();
    boolean looksUp = trust.revocation() == CertificateTrust.Revocation.CRL;
    List<X509CRL> current = looksUp ? lists.current(trust.id(), now) : List.of();
    return looksUp && current.isEmpty()
        ? Optional.of(
            "mayfly.identity.certificate.crl-file.%s has no list that is still good"
                .formatted(trust.id()))
        : CertificatePath.objection(shown, trust, current, now);
  }

  /** Boundary: a certificate is good through its last second (RFC 5280 4.1.2.5). */
  private Outcome<Proven> alive(ShownCertificate shown, String name, IdentityEntry entry) {
    try {
      shown.leaf().checkValidity(Date.from(clock.instant()));
    } catch (CertificateException e) {
      return refuse(entry, "showed a certificate that has ended, or not begun");
    }
    return Outcome.ok(
        new Proven(
            name, entry, Map.of(), Optional.empty(), shown.leaf().getNotAfter().toInstant()));
  }

  private static <T> Outcome<T> refuse(IdentityEntry entry, String what) {
    return Outcome.refused(
        new Refusal.Unauthenticated("client-certificate-refused", entry.id() + " " + what));
  }
}
