package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Activations;
import dev.mayfly.grant.Elevations;
import dev.mayfly.grant.Endings;
import dev.mayfly.grant.Extensions;
import dev.mayfly.grant.Person;
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
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * What people do with grants of their own: ask, begin, extend, end. Every call is for the person
 * who is logged in.
 */
@Path("/v1/grants")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
public class ElevationsResource {

  private final People people;
  private final Elevations elevations;
  private final Extensions extensions;
  private final Activations activations;
  private final Endings endings;
  private final Acts acts;
  private final Answers answers;

  ElevationsResource(
      People people,
      Elevations elevations,
      Extensions extensions,
      Activations activations,
      Endings endings,
      Acts acts,
      Answers answers) {
    this.people = people;
    this.elevations = elevations;
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
    Uni<Outcome<Asked>> asked = asked(body, Caller.of(caller), requestId);
    return dryRun
        ? answers.ok(
            asked.chain(
                one -> one.thenUni(each -> elevations.preview(each.asking(), each.wishes()))),
            previews ->
                new GrantWire.DryRun(previews.stream().map(GrantWire.DryRunRole::of).toList()))
        : answers.created(
            asked.chain(one -> one.then(ElevationsResource::confirmed).thenUni(this::file)),
            Function.identity());
  }

  /** The live grant over one role, the approved one activated, or a new request: idempotent. */
  @POST
  @Path("/ensure")
  @Operation(summary = "Make sure to hold a role, or to have asked for it")
  public Uni<Response> ensure(
      byte @Nullable [] body,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return answers.ok(
        asked(body, Caller.of(caller), requestId)
            .chain(
                one ->
                    one.then(ElevationsResource::oneRole)
                        .thenUni(
                            asked ->
                                elevations
                                    .ensure(asked.asking(), asked.wishes().getFirst())
                                    .map(
                                        outcome ->
                                            outcome.then(
                                                grant ->
                                                    Outcome.ok(
                                                        GrantWire.GrantView.of(
                                                            grant, asked.holderName())))))),
        Function.identity());
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

  /** Ends a grant, or takes a request back, from wherever it is. */
  @POST
  @Path("/{id}/{verb: end|cancel}")
  @Operation(summary = "End a grant or cancel a request")
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
                            asking(who, who.person(), Elevations.Manner.ORDINARY, requestId),
                            grant,
                            duration,
                            said.reason()))
                .orElseGet(() -> Acts.malformed("duration must be given, like 30m")));
  }

  /** A request, read, with who asks and for whom. */
  private record Asked(RequestBody body, Elevations.Asking asking, String holderName) {
    List<dev.mayfly.policy.Wish> wishes() {
      return body.wishes(asking.policy());
    }
  }

  private Uni<Outcome<Asked>> asked(byte @Nullable [] body, Caller caller, String requestId) {
    return RequestBody.parse(body)
        .thenUni(
            request ->
                people
                    .who(caller, Caller.REQUEST)
                    .chain(found -> found.thenUni(who -> asked(request, who, requestId))));
  }

  private Uni<Outcome<Asked>> asked(RequestBody request, People.Who who, String requestId) {
    Elevations.Manner manner =
        request.breakGlass() ? Elevations.Manner.BREAK_GLASS : Elevations.Manner.ORDINARY;
    Uni<Outcome<Person>> holder =
        request
            .holder()
            .map(name -> people.named(name, who.policy()))
            .orElseGet(() -> Uni.createFrom().item(Outcome.ok(who.person())));
    return holder.map(
        found ->
            found.then(
                person ->
                    Outcome.ok(
                        new Asked(
                            request, asking(who, person, manner, requestId), person.name()))));
  }

  private static Elevations.Asking asking(
      People.Who who, Person holder, Elevations.Manner manner, String requestId) {
    return new Elevations.Asking(who.person(), holder, who.policy(), manner, requestId);
  }

  /** What nobody approves beforehand is meant twice. */
  private static Outcome<Asked> confirmed(Asked asked) {
    return asked.body().breakGlass() && !asked.body().confirmed()
        ? Outcome.refused(
            new Refusal.Conflict(
                "confirmation-needed",
                "a break-glass is told at once to everybody who is skipped and to the role's owner,"
                    + " and is reviewed: repeat it with confirm if it is meant"))
        : Outcome.ok(asked);
  }

  private static Outcome<Asked> oneRole(Asked asked) {
    boolean plain =
        asked.body().roles().size() == 1
            && !asked.body().breakGlass()
            && asked.body().holder().isEmpty();
    return plain
        ? Outcome.ok(asked)
        : Outcome.refused(
            new Refusal.Malformed(
                "malformed-parameter",
                "roles must name one role, for oneself, and no break-glass"));
  }

  private Uni<Outcome<GrantWire.Requested>> file(Asked asked) {
    return elevations
        .request(asked.asking(), asked.wishes())
        .map(
            outcome ->
                outcome.then(
                    filed -> Outcome.ok(GrantWire.Requested.of(filed, asked.holderName()))));
  }
}
