package dev.mayfly.http;

import dev.mayfly.identity.DpopNonces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Hands out the nonce for the next DPoP proof with every answer to a request that shows one, so
 * that a client in conversation never has to come twice (RFC 9449 8.2, 9).
 */
class DpopNonceHeader {

  private static final String PROOF = "DPoP";
  private static final String NONCE = "DPoP-Nonce";

  private final DpopNonces nonces;

  DpopNonceHeader(DpopNonces nonces) {
    this.nonces = nonces;
  }

  @ServerResponseFilter
  void hand(ContainerRequestContext request, ContainerResponseContext answer) {
    if (request.getHeaders().containsKey(PROOF)) {
      nonces.fresh().ifPresent(nonce -> answer.getHeaders().putSingle(NONCE, nonce));
    }
  }
}
