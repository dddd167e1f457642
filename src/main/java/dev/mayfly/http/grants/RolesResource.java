package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.InstantSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The catalog: what this person may request. Whatever else there is answers as if it were not. */
@Path("/v1/roles")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
public class RolesResource {

  private final People people;
  private final Answers answers;
  private final InstantSource clock;

  RolesResource(People people, Answers answers, InstantSource clock) {
    this.people = people;
    this.answers = answers;
    this.clock = clock;
  }

  /** Every role this person is eligible for, with who decides and for how long. */
  @GET
  @Operation(summary = "List the roles that one may request")
  public Uni<Response> list(@Context SecurityContext caller) {
    return answers.ok(
        people
            .who(Caller.of(caller))
            .map(
                found ->
                    found.then(
                        who ->
                            Outcome.ok(
                                who.policy().catalog(who.person().subject(), clock.instant())))),
        offers -> new GrantWire.Roles(offers.stream().map(GrantWire.OfferedRole::of).toList()));
  }
}
