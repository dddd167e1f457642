package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.key.KeyQueries;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The signing keys and where each stands in its life. */
@Path("/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class KeysResource {

  private final KeyQueries keys;
  private final Answers answers;

  KeysResource(KeyQueries keys, Answers answers) {
    this.keys = keys;
    this.answers = answers;
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
