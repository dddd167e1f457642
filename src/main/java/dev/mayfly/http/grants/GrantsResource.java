package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditQueries;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.GrantState;
import dev.mayfly.grant.Inbox;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Caller;
import dev.mayfly.http.admin.Wire;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what authority, and what waits for whom. Operators and auditors see all; a person sees
 * what concerns them, and the rest answers as if it were not there.
 */
@Path("/v1/grants")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
public class GrantsResource {

  private final GrantQueries grants;
  private final AuditQueries audit;
  private final Inbox inbox;
  private final People people;
  private final VisibleGrants visible;
  private final Answers answers;

  GrantsResource(
      GrantQueries grants,
      AuditQueries audit,
      Inbox inbox,
      People people,
      VisibleGrants visible,
      Answers answers) {
    this.grants = grants;
    this.audit = audit;
    this.inbox = inbox;
    this.people = people;
    this.visible = visible;
    this.answers = answers;
  }

  /** One page, newest first. Without {@code mayfly:read}: one's own. */
  @GET
  @Operation(summary = "List grants")
  public Uni<Response> list(
      @QueryParam("identity") @Nullable String identity,
      @QueryParam("state") @Nullable String state,
      @QueryParam("role") @Nullable String role,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after,
      @Context SecurityContext context) {
    Caller caller = Caller.of(context);
    Optional<String> holder =
        caller.scopes().contains(Caller.READ)
            ? Optional.ofNullable(identity)
            : Optional.of(caller.name());
    return answers.ok(
        Ask.page(limit, after, Ask::isId)
            .thenUni(
                page ->
                    Ask.oneOf("state", state, GrantState.values())
                        .thenUni(wanted -> list(holder, wanted, role, page))),
        GrantWire.Listing::of);
  }

  private Uni<Outcome<Page<GrantQueries.Listed>>> list(
      Optional<String> holder,
      Optional<GrantState> state,
      @Nullable String role,
      Page.Request page) {
    GrantQueries.Filter filter =
        new GrantQueries.Filter(
            holder, state, Optional.ofNullable(role), page.after().map(GrantId::of), page.rows());
    return grants
        .list(filter)
        .map(found -> Outcome.ok(Page.of(found, page, one -> one.grant().id().toString())));
  }

  /** One page of the requests that the caller's word would help, oldest first. */
  @GET
  @Path("/to-decide")
  @Operation(summary = "List the requests that wait for one's decision")
  public Uni<Response> toDecide(
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after,
      @Context SecurityContext caller) {
    return answers.ok(
        Ask.page(limit, after, Ask::isId)
            .thenUni(
                page ->
                    people
                        .who(Caller.of(caller), Caller.APPROVE)
                        .chain(
                            found ->
                                found.thenUni(
                                    who ->
                                        inbox
                                            .toDecide(who.person(), who.policy(), page)
                                            .map(Outcome::ok)))),
        GrantWire.Waiting::of);
  }

  /** Break-glass that the caller reviews, the one due first in front. */
  @GET
  @Path("/to-review")
  @Operation(summary = "List the break-glass reviews that wait for one")
  public Uni<Response> toReview(@Context SecurityContext caller) {
    return answers.ok(
        people
            .who(Caller.of(caller), Caller.APPROVE)
            .chain(
                found ->
                    found.thenUni(
                        who -> inbox.toReview(who.person(), who.policy()).map(Outcome::ok))),
        items -> new GrantWire.Reviews(items.stream().map(GrantWire.ReviewItem::of).toList()));
  }

  /** One grant. */
  @GET
  @Path("/{id}")
  @Operation(summary = "A grant")
  public Uni<Response> get(@PathParam("id") String id, @Context SecurityContext caller) {
    return answers.ok(visible.find(id, Caller.of(caller)), GrantWire.GrantView::of);
  }

  /** Everything that happened to it, oldest last. */
  @GET
  @Path("/{id}/history")
  @Operation(summary = "A grant's history")
  public Uni<Response> history(
      @PathParam("id") String id,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after,
      @Context SecurityContext caller) {
    return answers.ok(
        Ask.page(limit, after, AuditQueries::isCursor)
            .thenUni(
                page ->
                    visible
                        .find(id, Caller.of(caller))
                        .chain(
                            found ->
                                found.thenUni(
                                    one ->
                                        audit
                                            .list(ofGrant(one.grant().id()), page)
                                            .map(Outcome::ok)))),
        page -> Wire.Listing.of(page.map(Wire.AuditEvent::of)));
  }

  private static AuditQueries.Filter ofGrant(GrantId grant) {
    return new AuditQueries.Filter(
        Optional.empty(), Optional.of(grant), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
