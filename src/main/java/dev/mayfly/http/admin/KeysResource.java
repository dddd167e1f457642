package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.http.Answers;
import dev.mayfly.key.KeyQueries;
import dev.mayfly.revocation.Successors;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** The signing keys and where each stands in its life. */
@Path("/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class KeysResource {

  private final KeyQueries keys;
  private final Successors successors;
  private final Answers answers;

  KeysResource(KeyQueries keys, Successors successors, Answers answers) {
    this.keys = keys;
    this.successors = successors;
    this.answers = answers;
  }

  /**
   * Prepares the successor of a key that is thought to be compromised, or tells the one that is
   * there. The key can be revoked once relying services have had time to fetch the successor.
   */
  @POST
  @Path("/{kid}/successor")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Prepare a key's successor now")
  public Uni<Response> successor(
      @PathParam("kid") String kid, Wire.@Nullable Because asked, @Context SecurityContext caller) {
    return answers.ok(
        successors.prepare(
            new KeyId(kid), Wire.Because.of(asked), caller.getUserPrincipal().getName()),
        next -> new Wire.Prepared(next.value()));
  }

  /** Newest first. */
  @GET
  @Operation(summary = "List signing keys")
  public Uni<Response> list() {
    return answers.ok(
        keys.newest().map(Outcome::ok),
        found -> new Wire.Listing<>(found.stream().map(Wire.Key::of).toList(), Optional.empty()));
  }
}
