package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.identity.IdentityQueries;
import dev.mayfly.identity.IdentityState;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Who has asked so far, who answers for them, and when they must be looked at again. */
@Path("/v1/identities")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class IdentitiesResource {

  private final IdentityQueries identities;
  private final Answers answers;

  IdentitiesResource(IdentityQueries identities, Answers answers) {
    this.identities = identities;
    this.answers = answers;
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
