package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.CredentialQueries;
import dev.mayfly.credential.Undelivered;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.store.CredentialId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What the ledger says of a credential; the credential itself exists nowhere here. */
@Path("/v1/credentials")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class CredentialsResource {

  private final CredentialQueries credentials;
  private final Undelivered undelivered;
  private final Answers answers;

  CredentialsResource(CredentialQueries credentials, Undelivered undelivered, Answers answers) {
    this.credentials = credentials;
    this.undelivered = undelivered;
    this.answers = answers;
  }

  /** Those whose delivery is not confirmed, newest first; the ledger is not listed whole. */
  @GET
  @Operation(summary = "List credentials that perhaps nobody received")
  public Uni<Response> list(
      @QueryParam("undelivered") @Nullable String which,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        onlyUndelivered(which)
            .then(asked -> Ask.page(limit, after, Ask::isId))
            .thenUni(page -> undelivered.list(page).map(Outcome::ok)),
        page -> Wire.Listing.of(page.map(Wire.Credential::of)));
  }

  private static Outcome<Boolean> onlyUndelivered(@Nullable String which) {
    return "true".equals(which)
        ? Outcome.ok(true)
        : Outcome.refused(
            new Refusal.Malformed(
                "malformed-parameter",
                "undelivered must be true: credentials are found by id, or by their grant"));
  }

  /** One credential, by its id (the {@code jti} of a JWT). */
  @GET
  @Path("/{id}")
  @Operation(summary = "A credential")
  public Uni<Response> get(@PathParam("id") String id) {
    return answers.ok(
        Ask.thing(id, CredentialId::of).thenUni(one -> credentials.one(one).map(Ask::found)),
        Wire.Credential::of);
  }
}
