package dev.mayfly.http.admin;

import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.policy.PolicyQueries;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The policy all nodes decide by. */
@Path("/v1/policy")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class PolicyResource {

  private final PolicyQueries policy;
  private final Answers answers;

  PolicyResource(PolicyQueries policy, Answers answers) {
    this.policy = policy;
    this.answers = answers;
  }

  /** The document as it was reviewed, and who activated it when. */
  @GET
  @Operation(summary = "The active policy")
  public Uni<Response> active() {
    return answers.ok(policy.find().map(Ask::found), Wire.Policy::of);
  }
}
