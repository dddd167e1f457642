package dev.mayfly.http.certificates;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.Minted;
import dev.mayfly.http.AnswerWatch;
import dev.mayfly.http.Errors;
import dev.mayfly.http.RequestIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Mints certificates. A workload puts its proof into the body, with the members of the token
 * endpoint's parameters; a person shows their session's token and a DPoP proof. Errors are problem
 * details (RFC 9457).
 */
@Path("/v1/certificates")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "certificates")
@Cancellable(false)
public class CertificatesResource {

  private final CertificateOrders orders;
  private final CertificateAnswers answers;
  private final AnswerWatch watch;

  CertificatesResource(CertificateOrders orders, CertificateAnswers answers, AnswerWatch watch) {
    this.orders = orders;
    this.answers = answers;
    this.watch = watch;
  }

  /**
   * An X.509 certificate for the key of {@code csr} (RFC 2986), in PEM.
   *
   * @param idempotencyKey the same one with the same request yields the same certificate
   */
  @POST
  @Path("/x509")
  @Operation(summary = "Get an X.509 certificate")
  public Uni<Response> x509(
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return answer(
        orders.x509(new CertificateOrders.Asked(body, caller, idempotencyKey, requestId)),
        answers::x509);
  }

  /**
   * An SSH certificate for the key of {@code public_key}, a line of authorized_keys; its comment
   * means nothing.
   *
   * @param idempotencyKey the same one with the same request yields the same certificate
   */
  @POST
  @Path("/ssh")
  @Operation(summary = "Get an SSH certificate")
  public Uni<Response> ssh(
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return answer(
        orders.ssh(new CertificateOrders.Asked(body, caller, idempotencyKey, requestId)),
        answers::ssh);
  }

  private Uni<Response> answer(Uni<Outcome<Minted>> minting, Function<Minted, JsonObject> wire) {
    AnswerWatch.Holding holding = watch.now();
    return minting.map(
        outcome ->
            switch (outcome) {
              case Outcome.Ok<Minted>(Minted minted) -> {
                holding.credential(minted.id());
                yield Response.status(Response.Status.CREATED)
                    .entity(wire.apply(minted).toBuffer().getBytes())
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build();
              }
              case Outcome.Refused<Minted>(Refusal refusal) -> Errors.problem(refusal);
            });
  }
}
