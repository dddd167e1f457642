package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What people have said about requests, and who is told when nobody says anything. */
final class ApprovalTables {

  private static final String APPROVALS =
      """
      SELECT grant_id, approver_id, at FROM approvals
      WHERE grant_id = ANY ($1) AND verdict = 'APPROVED'
      ORDER BY at, approver_id
      """;

  private static final String SPEAK =
      """
      INSERT INTO approvals (grant_id, approver_id, verdict, reason, at) VALUES ($1, $2, $3, $4, mayfly_now())
      ON CONFLICT DO NOTHING
      """;

  private static final String HAS_SPOKEN =
      "SELECT verdict FROM approvals WHERE grant_id = $1 AND approver_id = $2";

  /* By approvals_by_approver. */
  private static final String RECIPROCAL =
      """
      SELECT 1 FROM approvals a JOIN grants g ON g.id = a.grant_id
      WHERE a.approver_id IN (SELECT mayfly_names_of(h.id) FROM unnest($1::uuid[]) AS h(id))
        AND a.verdict = 'APPROVED' AND a.at > mayfly_now() - make_interval(secs => $3)
        AND EXISTS (SELECT 1 FROM mayfly_names_of($2) n WHERE n IN (g.identity_id, g.requested_by))
      LIMIT 1
      """;

  /*
   * Two people who approve for one another at the same moment: of their two decisions one comes second, and sees the
   * other. Last of all locks, and of several in their own order, so nobody waits for anybody in a circle.
   */
  private static final String HOLD_PAIRS =
      """
      SELECT pg_advisory_xact_lock(pair.key) FROM (
        SELECT hashtextextended('approval ' || LEAST(h.id, $2)::text || GREATEST(h.id, $2)::text, 0) AS key
        FROM unnest($1::uuid[]) AS h(id) ORDER BY 1
      ) pair
      """;

  private static final String ESCALATE =
      "UPDATE grants SET escalate_at = $2, escalate_to = $3 WHERE id = $1 AND state = 'REQUESTED'";

  private static final String IS_ONE_OF = "SELECT 1 FROM mayfly_names_of($1) n WHERE n = ANY ($2)";

  /* By identities_by_human. */
  private static final String NAMES_OF = "SELECT n AS id FROM mayfly_names_of($1) AS n";

  private ApprovalTables() {}

  /** All the names that this person has had, this one among them. */
  static Uni<Set<IdentityId>> namesOf(SqlClient tx, IdentityId person) {
    return tx.preparedQuery(NAMES_OF)
        .execute(Tuple.of(person.value()))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new IdentityId(row.getUUID("id")))
                    .collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether this person is one of these people, under whichever name they had then (rule 9). */
  static Uni<Boolean> isOneOf(SqlClient tx, IdentityId person, List<IdentityId> people) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(person.value())
            .addArrayOfUUID(people.stream().map(IdentityId::value).toArray(UUID[]::new));
    return tx.preparedQuery(IS_ONE_OF).execute(parameters).map(rows -> rows.size() > 0);
  }

  /** One person's yes. */
  record Word(GrantId grant, IdentityId approver, Instant at) {}

  static Uni<List<Word>> approvals(SqlClient client, List<GrantId> grants) {
    UUID[] ids = grants.stream().map(GrantId::value).toArray(UUID[]::new);
    return client
        .preparedQuery(APPROVALS)
        .execute(Tuple.tuple().addArrayOfUUID(ids))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(
                        row ->
                            new Word(
                                new GrantId(row.getUUID("grant_id")),
                                new IdentityId(row.getUUID("approver_id")),
                                row.getOffsetDateTime("at").toInstant()))
                    .toList());
  }

  /** False when this person has spoken before. */
  static Uni<Boolean> speak(
      SqlConnection tx, GrantId grant, IdentityId person, String verdict, String reason) {
    return tx.preparedQuery(SPEAK)
        .execute(Tuple.of(grant.value(), person.value(), verdict, reason))
        .map(done -> done.rowCount() == 1);
  }

  /** When somebody else is to be told that they may decide, and who. */
  static Uni<Void> escalate(
      SqlConnection tx, GrantId grant, Optional<Instant> at, Optional<String> to) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(grant.value())
            .addOffsetDateTime(at.map(time -> time.atOffset(ZoneOffset.UTC)).orElse(null))
            .addString(to.orElse(null));
    return tx.preparedQuery(ESCALATE).execute(parameters).replaceWithVoid();
  }

  /** What this person has said, if anything. */
  static Uni<Optional<String>> spoken(SqlConnection tx, GrantId grant, IdentityId person) {
    return tx.preparedQuery(HAS_SPOKEN)
        .execute(Tuple.of(grant.value(), person.value()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getString("verdict")));
  }

  /** Whether one of {@code holders} approved within this time something for the approver. */
  static Uni<Boolean> isReciprocal(
      SqlConnection tx, List<IdentityId> holders, IdentityId approver, Duration window) {
    Tuple parameters =
        Tuple.tuple()
            .addArrayOfUUID(holders.stream().map(IdentityId::value).toArray(UUID[]::new))
            .addUUID(approver.value())
            .addDouble(Seconds.of(window));
    Tuple pairs = Tuple.of(parameters.getValue(0), parameters.getValue(1));
    return tx.preparedQuery(HOLD_PAIRS)
        .execute(pairs)
        .chain(held -> tx.preparedQuery(RECIPROCAL).execute(parameters))
        .map(rows -> rows.size() > 0);
  }
}
