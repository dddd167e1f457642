package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.RequestIds;
import dev.mayfly.revocation.Revocation;
import dev.mayfly.revocation.RevocationRequest;
import dev.mayfly.revocation.Revocations;
import dev.mayfly.revocation.Target;
import dev.mayfly.store.RevocationId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Operators take back credentials, grants, identities and keys, and see how far the news is. */
@Path("/v1/revocations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class RevocationsResource {

  private final Revocations revocations;
  private final Answers answers;

  RevocationsResource(Revocations revocations, Answers answers) {
    this.revocations = revocations;
    this.answers = answers;
  }

  /** Committed when it answers; from then on no node mints under what was revoked (rule 3). */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Revoke a credential, grant, identity or key")
  public Uni<Response> revoke(
      Wire.@Nullable Revoke asked,
      @Parameter(description = "For a key: before relying services know its successor")
          @QueryParam("now")
          boolean now,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    String actor = caller.getUserPrincipal().getName();
    return answers.created(
        request(asked, now, actor, requestId).thenUni(revocations::revoke), Wire.Revoked::of);
  }

  /** One revocation. */
  @GET
  @Path("/{id}")
  @Operation(summary = "A revocation and how far it has been published")
  public Uni<Response> get(@PathParam("id") String id) {
    return answers.ok(Ask.thing(id, RevocationId::of).thenUni(this::find), Wire.Revoked::of);
  }

  private static Outcome<RevocationRequest> request(
      Wire.@Nullable Revoke asked, boolean now, String actor, String requestId) {
    if (asked == null
        || asked.scope() == null
        || asked.target() == null
        || asked.reason() == null) {
      return Outcome.refused(
          new Refusal.Malformed("malformed-json", "scope, target and reason are required"));
    }
    return Target.parse(asked.scope(), asked.target(), now)
        .then(
            target -> Outcome.ok(new RevocationRequest(target, asked.reason(), actor, requestId)));
  }

  private Uni<Outcome<Revocation>> find(RevocationId id) {
    return revocations.find(id).map(Ask::found);
  }
}
