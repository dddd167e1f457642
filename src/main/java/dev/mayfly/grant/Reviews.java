package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.BreakGlass;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Closes the after-review of a break-glass: by a named reviewer, never by who took it (rule 9). */
@ApplicationScoped
public class Reviews {

  private static final String CLOSE =
      """
      WITH closed AS (
        UPDATE grants g SET reviewed_at = mayfly_now(), reviewed_by = $2, finding = $5, version = g.version + 1
        WHERE g.id = $1 AND g.review_by IS NOT NULL AND g.reviewed_at IS NULL
        RETURNING g.id, g.identity_id
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                policy_version, request_id)
      SELECT $3, mayfly_now(), 'grant.review', 'SUCCESS', $4, $5, 'grant:' || c.id, c.identity_id, c.id, $6, $7
      FROM closed c
      """;

  private final Database database;
  private final InstantSource clock;

  public Reviews(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Closes it with what was found.
   *
   * @param finding one sentence, kept with the grant and as the event's cause
   */
  public Uni<Outcome<Grant>> close(
      GrantId id, Person reviewer, String finding, CompiledPolicy policy, String requestId) {
    return database.inTransaction(
        tx ->
            ElevationTables.holdDecider(tx, policy.version(), reviewer.id())
                .chain(
                    same ->
                        same
                            ? ElevationTables.lock(tx, id)
                                .chain(found -> notTheirOwn(tx, found, reviewer))
                                .map(found -> reviewable(found, reviewer, policy))
                            : Uni.createFrom()
                                .item(Activations.<ElevationTables.Locked>policyChanged()))
                .chain(
                    fine ->
                        fine.thenUni(
                            locked -> close(tx, locked, reviewer, finding, policy, requestId))));
  }

  /** Nobody closes what they took themselves, under whichever name (rule 9). */
  private static Uni<Optional<ElevationTables.Locked>> notTheirOwn(
      SqlConnection tx, Optional<ElevationTables.Locked> found, Person reviewer) {
    return found.isEmpty()
        ? Uni.createFrom().item(found)
        : ApprovalTables.isOneOf(tx, reviewer.id(), List.of(found.get().grant().identity()))
            .map(own -> found.filter(locked -> !own));
  }

  private static Outcome<ElevationTables.Locked> reviewable(
      Optional<ElevationTables.Locked> found, Person reviewer, CompiledPolicy policy) {
    Optional<ElevationTables.Locked> theirs =
        found
            .filter(locked -> locked.requested().breakGlass())
            .filter(
                locked ->
                    reviewers(locked.grant().role(), policy).stream()
                        .anyMatch(reviewer.groups()::contains));
    if (theirs.isEmpty()) {
      return Outcome.refused(
          new Refusal.NotFound("grant-unknown", "no break-glass that this person reviews"));
    }
    return theirs.get().requested().reviewBy().isPresent()
            && theirs.get().requested().reviewed().isEmpty()
        ? Outcome.ok(theirs.get())
        : Outcome.refused(new Refusal.Conflict("review-closed", "this review is closed already"));
  }

  private static Set<String> reviewers(String role, CompiledPolicy policy) {
    return policy
        .role(role)
        .flatMap(Role::request)
        .flatMap(RequestRules::breakGlass)
        .map(BreakGlass::reviewers)
        .orElse(Set.of());
  }

  private Uni<Outcome<Grant>> close(
      SqlConnection tx,
      ElevationTables.Locked locked,
      Person reviewer,
      String finding,
      CompiledPolicy policy,
      String requestId) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(locked.grant().id().value())
            .addUUID(reviewer.id().value())
            .addUUID(Uuids.next(clock))
            .addString(reviewer.name())
            .addString(finding)
            .addLong(policy.version())
            .addString(requestId);
    return tx.preparedQuery(CLOSE)
        .execute(parameters)
        .chain(done -> ElevationTables.lock(tx, locked.grant().id()))
        .map(found -> Outcome.ok(found.map(ElevationTables.Locked::grant).orElseThrow()));
  }
}
