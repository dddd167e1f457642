package dev.mayfly.identity.certificate;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.SvidTrust;
import dev.mayfly.identity.TrustKeys;
import dev.mayfly.policy.CertificateTrust;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.SpiffeId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Proves a client by an X509-SVID of another trust domain that the policy trusts
 * (draft-ietf-oauth-spiffe-client-auth, {@code spiffe_x509}). The chain leads to an authority in
 * that one domain's bundle: no other domain's is asked, and none of ours.
 *
 * <p>Our own domain is never another's, whatever the policy trusts: who has a certificate of ours
 * is looked up in the ledger, and nowhere else.
 */
@ApplicationScoped
public class ForeignSvids {

  private final TrustKeys keys;
  private final Vertx vertx;
  private final InstantSource clock;

  ForeignSvids(TrustKeys keys, Vertx vertx, InstantSource clock) {
    this.keys = keys;
    this.vertx = vertx;
    this.clock = clock;
  }

  /** An SVID that would do, if an authority of the domain signed it. */
  private record Asked(ShownCertificate shown, String name, SvidTrust svids) {

    Instant end() {
      return shown.leaf().getNotAfter().toInstant();
    }
  }

  /** Whether a client of this name would come in this way, if it does at all. */
  public static boolean concerns(String clientId, CompiledPolicy policy) {
    return SpiffeId.isWellFormed(clientId)
        && !SpiffeId.trustDomainOf(clientId).equals(policy.policy().trustDomain());
  }

  /**
   * Which identity of this policy the workload is.
   *
   * @param clientId the SPIFFE ID that the certificate must have
   * @return {@link Refusal.Unauthenticated} for whatever reason it is refused, or {@link
   *     Refusal.Unavailable} when the bundle is not to be had
   */
  public Uni<Outcome<Proven>> prove(
      ShownCertificate shown, String clientId, CompiledPolicy policy) {
    return asked(shown, clientId, policy)
        .thenUni(
            asked ->
                led(asked, List.of(), "the bundle has no authority for X509-SVIDs")
                    .map(checked -> checked.then(ok -> identify(ok, policy))));
  }

  /** What costs nothing to look at: nonsense never makes us ask for a bundle. */
  private Outcome<Asked> asked(ShownCertificate shown, String clientId, CompiledPolicy policy) {
    Optional<SvidTrust> found =
        concerns(clientId, policy) ? SvidTrust.of(clientId, policy) : Optional.empty();
    if (found.isEmpty()) {
      return refuse("no trust has the trust domain of client_id");
    }
    Asked asked = new Asked(shown, clientId, found.get());
    Instant now = clock.instant();
    return LeafProfile.objection(shown.leaf(), clientId)
        .or(() -> lifeObjection(asked, now))
        .<Outcome<Asked>>map(why -> refuse(asked, why))
        .orElseGet(() -> Outcome.ok(asked));
  }

  /** Boundary: good through the last second that it names (RFC 5280 4.1.2.5), and no leeway. */
  private static Optional<String> lifeObjection(Asked asked, Instant now) {
    try {
      asked.shown().leaf().checkValidity(Date.from(now));
    } catch (CertificateException e) {
      return Optional.of("has ended, or not begun");
    }
    return asked.svids().isTooFar(asked.end(), now)
        ? Optional.of("lives longer than " + asked.svids().trust().maxLifetime())
        : Optional.empty();
  }

  /**
   * Whether the chain leads to an authority of the bundle. One that is not there may have come
   * since: the bundle is then asked for once more, as often as for an unknown {@code kid}.
   */
  private Uni<Outcome<Asked>> led(Asked asked, List<X509Certificate> tried, String before) {
    return keys.authorities(asked.svids().trust(), tried)
        .chain(
            found ->
                switch (found) {
                  case Outcome.Ok<List<X509Certificate>>(List<X509Certificate> authorities) ->
                      led(asked, tried, authorities);
                  case Outcome.Refused<List<X509Certificate>>(Refusal.Unavailable away) ->
                      Uni.createFrom().item(Outcome.refused(away));
                  case Outcome.Refused<List<X509Certificate>>(Refusal none) ->
                      Uni.createFrom().item(refuse(asked, before));
                });
  }

  /** Looking for the chain takes its time: not on the event loop. */
  private Uni<Outcome<Asked>> led(
      Asked asked, List<X509Certificate> tried, List<X509Certificate> authorities) {
    return vertx
        .executeBlocking(() -> chainObjection(asked, authorities, clock.instant()), false)
        .chain(
            objection -> {
              if (objection.isEmpty()) {
                return Uni.createFrom().item(Outcome.ok(asked));
              }
              return tried.isEmpty()
                  ? led(asked, authorities, objection.get())
                  : Uni.createFrom().item(refuse(asked, objection.get()));
            });
  }

  private static Optional<String> chainObjection(
      Asked asked, List<X509Certificate> authorities, Instant now) {
    // An old certificate of an authority may stand beside the one that renewed it.
    List<X509Certificate> current =
        authorities.stream().filter(authority -> isCurrent(authority, now)).toList();
    return CertificatePath.objection(
            asked.shown(),
            new CertificateTrust(
                asked.svids().trust().id(), current, CertificateTrust.Revocation.NONE),
            List.of(),
            now)
        .map(why -> "is refused: " + why);
  }

  private static boolean isCurrent(X509Certificate authority, Instant now) {
    return !now.isBefore(authority.getNotBefore().toInstant())
        && !now.isAfter(authority.getNotAfter().toInstant());
  }

  private Outcome<Proven> identify(Asked asked, CompiledPolicy policy) {
    Instant now = clock.instant();
    return lifeObjection(asked, now)
        .<Outcome<Proven>>map(why -> refuse(asked, why))
        .orElseGet(
            () ->
                asked
                    .svids()
                    .proven(
                        Map.of("sub", asked.name()),
                        asked.end(),
                        policy,
                        now,
                        ForeignSvids::because));
  }

  private static <T> Outcome<T> refuse(Asked asked, String what) {
    return refuse("an X509-SVID of trust %s %s".formatted(asked.svids().trust().id(), what));
  }

  private static <T> Outcome<T> refuse(String why) {
    return Outcome.refused(because(why));
  }

  private static Refusal because(String why) {
    return new Refusal.Unauthenticated("client-certificate-refused", why);
  }
}
