package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.ClientCertificates;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.revocation.OwnSvids;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Clients that prove themselves by the certificate of their TLS connection: an X509-SVID of this
 * broker (draft-ietf-oauth-spiffe-client-auth, {@code spiffe_x509}).
 */
@ApplicationScoped
class TlsClients {

  private final CurrentVertxRequest current;
  private final ClientCertificates certificates;
  private final OwnSvids svids;
  private final PolicyBook book;

  TlsClients(
      CurrentVertxRequest current,
      ClientCertificates certificates,
      OwnSvids svids,
      PolicyBook book) {
    this.current = current;
    this.certificates = certificates;
    this.svids = svids;
    this.book = book;
  }

  /** Whom the certificate of this request's connection proves; it must be who the form names. */
  Uni<Outcome<Proven>> prove(Optional<String> clientId) {
    return certificates.of(current.getCurrent().request()).thenUni(shown -> prove(shown, clientId));
  }

  private Uni<Outcome<Proven>> prove(Optional<X509Certificate> shown, Optional<String> clientId) {
    return shown.isPresent() && clientId.isPresent()
        ? svids.prove(shown.get(), clientId.get(), book.current())
        : Uni.createFrom()
            .item(
                Outcome.refused(
                    new Refusal.Unauthenticated(
                        "client-assertion-missing",
                        "no client assertion of a known type, and no client certificate with a"
                            + " client_id")));
  }
}
