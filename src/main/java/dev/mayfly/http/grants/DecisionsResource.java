package dev.mayfly.http.grants;

import dev.mayfly.grant.Approvals;
import dev.mayfly.grant.Reviews;
import dev.mayfly.http.Caller;
import dev.mayfly.http.RequestIds;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * What people say to the grants of others: yes, no, reviewed. Workloads and agents have no session
 * and so decide nothing (rule 9).
 */
@Path("/v1/grants")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
@Cancellable(false)
public class DecisionsResource {

  private final Approvals approvals;
  private final Reviews reviews;
  private final Acts acts;

  DecisionsResource(Approvals approvals, Reviews reviews, Acts acts) {
    this.approvals = approvals;
    this.reviews = reviews;
    this.acts = acts;
  }

  /** Says yes. The grant stays REQUESTED while the rule needs others. */
  @POST
  @Path("/{id}/approve")
  @Operation(summary = "Approve a request")
  public Uni<Response> approve(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.decided(
        id,
        body,
        Caller.of(caller),
        (grant, who, said) ->
            approvals.approve(
                grant,
                new Approvals.Deciding(who.person(), said.reason(), who.policy(), requestId)));
  }

  /** Says no, which ends the request. */
  @POST
  @Path("/{id}/deny")
  @Operation(summary = "Deny a request")
  public Uni<Response> deny(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.decided(
        id,
        body,
        Caller.of(caller),
        (grant, who, said) ->
            approvals.deny(
                grant,
                new Approvals.Deciding(who.person(), said.reason(), who.policy(), requestId)));
  }

  /** Closes the after-review of a break-glass. */
  @POST
  @Path("/{id}/review")
  @Operation(summary = "Close the review of a break-glass")
  public Uni<Response> review(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.answer(
        id,
        body,
        Caller.of(caller),
        Caller.APPROVE,
        (grant, who, said) ->
            said.reason().isBlank()
                ? Acts.malformed("reason must say what the review found")
                : reviews.close(grant, who.person(), said.reason(), who.policy(), requestId));
  }
}
