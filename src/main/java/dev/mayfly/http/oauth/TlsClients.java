package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.ClientCertificates;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.certificate.CertificateProofs;
import dev.mayfly.identity.certificate.ForeignSvids;
import dev.mayfly.identity.certificate.ShownCertificate;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.revocation.OwnSvids;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Clients that prove themselves by the certificate of their TLS connection: an X509-SVID of this
 * broker or of a trust domain that the policy trusts (draft-ietf-oauth-spiffe-client-auth, {@code
 * spiffe_x509}), or what the policy knows them by ({@code tls_client_auth}, {@code
 * self_signed_tls_client_auth}, RFC 8705 2).
 */
@ApplicationScoped
class TlsClients {

  private final CurrentVertxRequest current;
  private final ClientCertificates certificates;
  private final OwnSvids svids;
  private final ForeignSvids others;
  private final CertificateProofs proofs;
  private final PolicyBook book;

  TlsClients(
      CurrentVertxRequest current,
      ClientCertificates certificates,
      OwnSvids svids,
      ForeignSvids others,
      CertificateProofs proofs,
      PolicyBook book) {
    this.current = current;
    this.certificates = certificates;
    this.svids = svids;
    this.others = others;
    this.proofs = proofs;
    this.book = book;
  }

  /** The certificate of this request's connection, whoever's it is. */
  Outcome<Optional<ShownCertificate>> shown() {
    return certificates.of(current.getCurrent().request());
  }

  /** Whom the certificate of this request's connection proves; it must be who the form names. */
  Uni<Outcome<Proven>> prove(Optional<String> clientId) {
    return shown()
        .thenUni(
            shown ->
                shown.isPresent() && clientId.isPresent()
                    ? prove(shown.get(), clientId.get(), book.current())
                    : Uni.createFrom()
                        .item(
                            Outcome.refused(
                                new Refusal.Unauthenticated(
                                    "client-assertion-missing",
                                    "no client assertion of a known type, and no client certificate"
                                        + " with a client_id"))));
  }

  /** Each client has one way in, so that a certificate is never good in two. */
  private Uni<Outcome<Proven>> prove(
      ShownCertificate shown, String clientId, CompiledPolicy policy) {
    if (ForeignSvids.concerns(clientId, policy)) {
      return others.prove(shown, clientId, policy);
    }
    return policy
        .certified(clientId)
        .map(entry -> proofs.prove(shown, entry, policy))
        .orElseGet(() -> svids.prove(shown.leaf(), clientId, policy));
  }
}
