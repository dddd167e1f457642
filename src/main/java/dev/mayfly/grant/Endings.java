package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Role;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * How a request or a grant is ended before its time by somebody it concerns: its holder gives it
 * back, who asked takes the request back, who approved it or owns the role takes it away. An
 * operator revokes ({@code revocation.Revocations}).
 */
@ApplicationScoped
public class Endings {

  private final Database database;
  private final GrantMachine machine;

  public Endings(Database database, GrantMachine machine) {
    this.database = database;
    this.machine = machine;
  }

  /** Who ends something, and why. */
  private record Ending(
      Person person, String reason, CompiledPolicy policy, String requestId, boolean begunToo) {

    Because because(boolean theirs, boolean approver) {
      String cause = reason.isEmpty() ? "ended by " + who(theirs, approver) : reason;
      return new Because(person.name(), cause, requestId);
    }
  }

  /**
   * Ends it, from wherever it is. One that has ended already comes back as it is.
   *
   * @param reason for the record; may be empty
   */
  public Uni<Outcome<Grant>> end(
      GrantId id, Person person, String reason, CompiledPolicy policy, String requestId) {
    return end(id, new Ending(person, reason, policy, requestId, true));
  }

  /**
   * As above, but only what has not begun: who takes a request back ends nothing that is in use.
   */
  public Uni<Outcome<Grant>> cancel(
      GrantId id, Person person, String reason, CompiledPolicy policy, String requestId) {
    return end(id, new Ending(person, reason, policy, requestId, false));
  }

  private Uni<Outcome<Grant>> end(GrantId id, Ending ending) {
    return database.inTransaction(
        tx ->
            ElevationTables.lock(tx, id)
                .chain(
                    found ->
                        found.map(locked -> end(tx, locked, ending)).orElseGet(Endings::unknown)));
  }

  private Uni<Outcome<Grant>> end(SqlConnection tx, ElevationTables.Locked locked, Ending ending) {
    Grant grant = locked.grant();
    Person person = ending.person();
    boolean theirs =
        grant.identity().equals(person.id()) || locked.requested().by().equals(person.id());
    return ApprovalTables.spoken(tx, grant.id(), person.id())
        .chain(
            spoken -> {
              boolean approver = spoken.equals(Optional.of("APPROVED"));
              if (!theirs && !approver && !isOwner(person, grant.role(), ending.policy())) {
                return unknown();
              }
              if (grant.activatedAt().isPresent() && !ending.begunToo()) {
                return Uni.createFrom().item(begunAlready(grant));
              }
              if (grant.state().isEnded()) {
                return Uni.createFrom().item(Outcome.ok(grant));
              }
              return machine.move(
                  tx, grant.id(), move(grant, theirs), ending.because(theirs, approver));
            });
  }

  private static Outcome<Grant> begunAlready(Grant grant) {
    return Outcome.refused(
        new Refusal.Conflict(
            "grant-state",
            grant.state().isEnded()
                ? "it had begun, and is %s by now: there is nothing to cancel"
                    .formatted(grant.state())
                : "it has begun: what is in use is not cancelled but ended (POST .../end)"));
  }

  private static String who(boolean theirs, boolean approver) {
    if (theirs) {
      return "who asked for it";
    }
    return approver ? "who approved it" : "the role's owner";
  }

  private static boolean isOwner(Person person, String role, CompiledPolicy policy) {
    return policy.role(role).map(Role::owner).filter(person.groups()::contains).isPresent();
  }

  private static Move move(Grant grant, boolean theirs) {
    return switch (grant.state()) {
      case ACTIVE -> theirs ? Move.RELEASE : Move.REVOKE;
      case APPROVED, SCHEDULED -> theirs ? Move.CANCEL : Move.REVOKE;
      default -> theirs ? Move.CANCEL : Move.DENY;
    };
  }

  private static <T> Uni<Outcome<T>> unknown() {
    return Uni.createFrom()
        .item(
            Outcome.refused(
                new Refusal.NotFound("grant-unknown", "no grant that this person may end")));
  }
}
