package dev.mayfly.http.grants;

import dev.mayfly.grant.Activations;
import dev.mayfly.grant.Elevations;
import dev.mayfly.grant.Endings;
import dev.mayfly.grant.Extensions;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Caller;
import dev.mayfly.http.RequestIds;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
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
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * What people do with grants of their own: ask, begin, extend, end. Every call is for the person
 * who is logged in.
 */
@Path("/v1/grants")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
@Cancellable(false)
public class ElevationsResource {

  private final Requesting requesting;
  private final Extensions extensions;
  private final Activations activations;
  private final Endings endings;
  private final Acts acts;
  private final Answers answers;

  ElevationsResource(
      Requesting requesting,
      Extensions extensions,
      Activations activations,
      Endings endings,
      Acts acts,
      Answers answers) {
    this.requesting = requesting;
    this.extensions = extensions;
    this.activations = activations;
    this.endings = endings;
    this.acts = acts;
    this.answers = answers;
  }

  /** Files a request for each role, all or none; with {@code dry_run} only says what would be. */
  @POST
  @Operation(summary = "Request roles")
  public Uni<Response> request(
      byte @Nullable [] body,
      @Parameter(description = "Judge only: nothing is written") @QueryParam("dry_run")
          boolean dryRun,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    Caller who = Caller.of(caller);
    return dryRun
        ? answers.ok(requesting.preview(body, who, requestId), Function.identity())
        : answers.created(requesting.file(body, who, requestId), Function.identity());
  }

  /** The live grant over one role, the approved one activated, or a new request: idempotent. */
  @POST
  @Path("/ensure")
  @Operation(summary = "Make sure to hold a role, or to have asked for it")
  public Uni<Response> ensure(
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return answers.ok(requesting.ensure(body, Caller.of(caller), requestId), Function.identity());
  }

  /** Begins the life of an approved grant; before its start it is SCHEDULED. */
  @POST
  @Path("/{id}/activate")
  @Operation(summary = "Activate an approved grant")
  public Uni<Response> activate(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.answer(
        id,
        body,
        Caller.of(caller),
        Caller.REQUEST,
        (grant, who, said) -> activations.activate(grant, who.person(), who.policy(), requestId));
  }

  /** Takes a request back, or what was approved and has not begun. */
  @POST
  @Path("/{id}/cancel")
  @Operation(summary = "Cancel what has not begun")
  public Uni<Response> cancel(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.answer(
        id,
        body,
        Caller.of(caller),
        Caller.REQUEST,
        (grant, who, said) ->
            endings.cancel(grant, who.person(), said.reason(), who.policy(), requestId));
  }

  /** Ends a grant, or takes a request back, from wherever it is. */
  @POST
  @Path("/{id}/end")
  @Operation(summary = "End a grant or take a request back")
  public Uni<Response> end(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.answer(
        id,
        body,
        Caller.of(caller),
        Caller.REQUEST,
        (grant, who, said) ->
            endings.end(grant, who.person(), said.reason(), who.policy(), requestId));
  }

  /** Asks for more time: a new decision under the same rule, without a gap. */
  @POST
  @Path("/{id}/extend")
  @Operation(summary = "Extend an active grant")
  public Uni<Response> extend(
      @PathParam("id") String id,
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return acts.answer(
        id,
        body,
        Caller.of(caller),
        Caller.REQUEST,
        (grant, who, said) ->
            said.duration()
                .map(
                    duration ->
                        extensions.extend(
                            new Elevations.Asking(
                                who.person(),
                                who.person(),
                                who.policy(),
                                Elevations.Manner.ORDINARY,
                                requestId),
                            grant,
                            duration,
                            said.reason()))
                .orElseGet(() -> Acts.malformed("duration must be given, like 30m")));
  }
}
