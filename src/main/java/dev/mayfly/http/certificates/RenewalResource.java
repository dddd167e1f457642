package dev.mayfly.http.certificates;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Errors;
import dev.mayfly.revocation.Renewals;
import dev.mayfly.store.CredentialId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Tells when to renew a certificate, to anybody who knows its id, as RFC 9773 4.1 does: its holder
 * has no token to show, and who has seen the certificate learns no more than its lists say.
 */
@Path("/v1/certificates")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "certificates")
public class RenewalResource {

  private final Renewals renewals;

  RenewalResource(Renewals renewals) {
    this.renewals = renewals;
  }

  /** The window, and in {@code Retry-After} when to ask again (RFC 9773 4.2 and 4.3). */
  @GET
  @Path("/{id}/renewal")
  @Operation(summary = "When to renew a certificate")
  public Uni<Response> get(@PathParam("id") String id) {
    return Ask.thing(id, CredentialId::of)
        .thenUni(renewals::of)
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<Renewals.Renewal>(Renewals.Renewal renewal) -> answer(renewal);
                  case Outcome.Refused<Renewals.Renewal>(Refusal refusal) ->
                      Errors.problem(refusal);
                });
  }

  private static Response answer(Renewals.Renewal renewal) {
    JsonObject body =
        new JsonObject().put("suggestedWindow", CertificateAnswers.window(renewal.window()));
    return Response.ok(body.toBuffer().getBytes())
        .header(HttpHeaders.RETRY_AFTER, renewal.askAgain().toSeconds())
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
