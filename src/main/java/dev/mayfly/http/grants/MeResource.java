package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.Person;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who the caller is, as the broker knows them. */
@Path("/v1/me")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
public class MeResource {

  private final People people;
  private final GrantQueries grants;
  private final Answers answers;

  MeResource(People people, GrantQueries grants, Answers answers) {
    this.people = people;
    this.grants = grants;
    this.answers = answers;
  }

  /**
   * The person of a session.
   *
   * @param name the SPIFFE ID
   * @param entry of the policy that knows them
   * @param groups as their provider last said
   * @param role of their session
   * @param session the grant: its end is the session's
   * @param authenticatedAt when they last proved to their provider who they are
   */
  public record Me(
      String name,
      String entry,
      List<String> groups,
      Optional<String> email,
      Optional<String> role,
      String session,
      Optional<Instant> sessionEndsAt,
      Instant authenticatedAt) {}

  /** For people who are logged in; a workload has its token to look at. */
  @GET
  @Operation(summary = "Who one is, and until when one is logged in")
  public Uni<Response> me(@Context SecurityContext caller) {
    return answers.ok(
        people
            .who(Caller.of(caller))
            .chain(
                found ->
                    found.thenUni(
                        who ->
                            grants
                                .one(who.person().session())
                                .map(session -> Outcome.ok(me(who.person(), session))))),
        me -> me);
  }

  private static Me me(Person person, Optional<GrantQueries.Listed> session) {
    return new Me(
        person.name(),
        person.entry().id(),
        person.groups().stream().sorted().toList(),
        person.email(),
        session.map(found -> found.grant().role()),
        person.session().toString(),
        session.flatMap(found -> found.grant().expiresAt()),
        person.authTime());
  }
}
