package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.GrantState;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Who holds which role, since when and until when. */
@Path("/v1/grants")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class GrantsResource {

  private final GrantQueries grants;
  private final Answers answers;

  GrantsResource(GrantQueries grants, Answers answers) {
    this.grants = grants;
    this.answers = answers;
  }

  /** One page, newest first. */
  @GET
  @Operation(summary = "List grants")
  public Uni<Response> list(
      @QueryParam("identity") @Nullable String identity,
      @QueryParam("state") @Nullable String state,
      @QueryParam("role") @Nullable String role,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        Ask.page(limit, after, Ask::isId)
            .thenUni(
                page ->
                    Ask.oneOf("state", state, GrantState.values())
                        .thenUni(wanted -> list(identity, wanted, role, page))),
        page -> Wire.Listing.of(page.map(Wire.Grant::of)));
  }

  /** One grant. */
  @GET
  @Path("/{id}")
  @Operation(summary = "A grant")
  public Uni<Response> get(@PathParam("id") String id) {
    return answers.ok(
        Ask.thing(id, GrantId::of).thenUni(grant -> grants.one(grant).map(Ask::found)),
        Wire.Grant::of);
  }

  private Uni<Outcome<Page<GrantQueries.Listed>>> list(
      @Nullable String identity,
      Optional<GrantState> state,
      @Nullable String role,
      Page.Request page) {
    GrantQueries.Filter filter =
        new GrantQueries.Filter(
            Optional.ofNullable(identity),
            state,
            Optional.ofNullable(role),
            page.after().map(GrantId::of),
            page.rows());
    return grants
        .list(filter)
        .map(found -> Outcome.ok(Page.of(found, page, one -> one.grant().id().toString())));
  }
}
