package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.RequestIds;
import dev.mayfly.identity.IdentityQueries;
import dev.mayfly.identity.IdentityState;
import dev.mayfly.revocation.SuspendedIdentities;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Who has asked so far, who answers for them, and when they must be looked at again. */
@Path("/v1/identities")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class IdentitiesResource {

  private final IdentityQueries identities;
  private final SuspendedIdentities suspended;
  private final Answers answers;

  IdentitiesResource(IdentityQueries identities, SuspendedIdentities suspended, Answers answers) {
    this.identities = identities;
    this.suspended = suspended;
    this.answers = answers;
  }

  /** Lets a suspended identity in again; what was revoked with it stays revoked (rule 6). */
  @POST
  @Path("/{id}/resume")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Resume a suspended identity")
  public Uni<Response> resume(
      @PathParam("id") String id,
      Wire.@Nullable Because asked,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return move(id, IdentityState.ACTIVE, asked, caller, requestId);
  }

  /** Retires a suspended identity for good; its subject at the provider may have a new name. */
  @POST
  @Path("/{id}/retire")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Retire a suspended identity")
  public Uni<Response> retire(
      @PathParam("id") String id,
      Wire.@Nullable Because asked,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return move(id, IdentityState.RETIRED, asked, caller, requestId);
  }

  private Uni<Response> move(
      String id,
      IdentityState to,
      Wire.@Nullable Because asked,
      SecurityContext caller,
      String requestId) {
    String actor = caller.getUserPrincipal().getName();
    String reason = Wire.Because.of(asked);
    return answers.ok(
        Ask.thing(id, IdentityId::of)
            .thenUni(identity -> suspended.move(identity, to, reason, actor, requestId)),
        identity -> new Wire.Moved(identity.toString(), to.name()));
  }

  /** One page, newest first. */
  @GET
  @Operation(summary = "List identities")
  public Uni<Response> list(
      @QueryParam("name") @Nullable String name,
      @QueryParam("owner") @Nullable String owner,
      @QueryParam("state") @Nullable String state,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        Ask.page(limit, after, Ask::isId).thenUni(page -> list(name, owner, state, page)),
        page -> Wire.Listing.of(page.map(Wire.Identity::of)));
  }

  private Uni<Outcome<Page<IdentityQueries.Listed>>> list(
      @Nullable String name, @Nullable String owner, @Nullable String state, Page.Request page) {
    return Ask.oneOf("state", state, IdentityState.values())
        .thenUni(
            wanted ->
                identities
                    .list(
                        new IdentityQueries.Filter(
                            Optional.ofNullable(name), Optional.ofNullable(owner), wanted),
                        page)
                    .map(Outcome::ok));
  }
}
