package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.x509.RootImports;
import dev.mayfly.http.Answers;
import dev.mayfly.http.RequestIds;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Operators have the broker's root signed by their organisation's. */
@Path("/v1/authorities/root")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class RootAuthorityResource {

  private final RootImports roots;
  private final Answers answers;

  RootAuthorityResource(RootImports roots, Answers answers) {
    this.roots = roots;
    this.answers = answers;
  }

  /** {@code csr} is PKCS#10 in PEM. */
  record Request(String key, String csr) {
    static Request of(RootImports.Request request) {
      return new Request(request.key().value(), request.pem());
    }
  }

  /** What an operator sends: PEM, the certificate for the broker's key first. */
  record Chain(Optional<String> chain, Optional<String> reason) {}

  record Imported(String id, String key, String subject, Instant notAfter, boolean fresh) {
    static Imported of(RootImports.Imported imported) {
      return new Imported(
          imported.id().toString(),
          imported.key().value(),
          imported.subject(),
          imported.notAfter(),
          imported.fresh());
    }
  }

  /** Changes nothing: it may be asked for as often as one likes. */
  @GET
  @Path("/csr")
  @Operation(summary = "What the organisation's root has to sign")
  public Uni<Response> request() {
    return answers.ok(roots.request(), Request::of);
  }

  /** The same chain again changes nothing; another one takes its place only with a reason. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Import the certificate of the broker's root")
  public Uni<Response> bring(
      @Nullable Chain sent,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return answers.ok(
        chain(sent)
            .thenUni(
                pem ->
                    roots.bring(
                        new RootImports.Import(
                            pem,
                            sent == null ? Optional.empty() : sent.reason(),
                            caller.getUserPrincipal().getName(),
                            requestId))),
        Imported::of);
  }

  private static Outcome<String> chain(@Nullable Chain sent) {
    return Optional.ofNullable(sent)
        .flatMap(Chain::chain)
        .map(Outcome::ok)
        .orElseGet(
            () -> Outcome.refused(new Refusal.Malformed("malformed-json", "chain is required")));
  }
}
