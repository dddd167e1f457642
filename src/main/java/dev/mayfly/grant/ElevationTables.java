package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What requests and decisions read and write beside the moves of the grant machine. Locks are taken
 * in the order of everybody else: policy, identity, grants as they were made (docs/decisions/0001).
 */
final class ElevationTables {

  /** Where all grants of somebody count. */
  static final GrantId NO_GRANT = new GrantId(new UUID(0, 0));

  /** A new policy version waits for whoever decides by this one, and the other way round. */
  private static final String HOLD_POLICY =
      "SELECT 1 FROM policy_active WHERE version = $1 FOR SHARE";

  /** One request, activation or extension of a person at a time: what they hold stays as read. */
  private static final String HOLD_PERSON =
      """
      SELECT 1 FROM identities
      WHERE id = $1 AND state = 'ACTIVE' AND mint_until > mayfly_now()
      FOR NO KEY UPDATE
      """;

  /*
   * Both of the above in one round trip, in the same order; and whoever acts is still logged in: their provider may
   * have taken its word back while they waited here.
   */
  private static final String HOLD =
      """
      SELECT 1 FROM policy_active p, identities i
      WHERE p.version = $1 AND i.id = $2 AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
        AND EXISTS (SELECT 1 FROM grants s
                    WHERE s.id = $3 AND s.kind = 'SESSION' AND s.state = 'ACTIVE' AND s.expires_at > mayfly_now())
      FOR SHARE OF p FOR NO KEY UPDATE OF i
      """;

  /*
   * For who decides about what somebody else holds: their word names them, so their row is held with it, and an identity
   * comes before every grant.
   */
  private static final String HOLD_DECIDER =
      """
      SELECT 1 FROM policy_active p, identities i
      WHERE p.version = $1 AND i.id = $2
      FOR SHARE OF p FOR KEY SHARE OF i
      """;

  private static final String LOCKED = "FOR UPDATE OF g";

  /* For who holds a grant already, which comes after its identity: never waits, so nobody waits in a circle. */
  private static final String HOLD_PERSON_IF_FREE =
      "SELECT 1 FROM identities WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED";

  private static final String LOCK =
      """
      SELECT %s, h.name AS holder_name, h.entry, h.state AS holder_state, a.name AS asker_name, mayfly_now() AS now
      FROM grants g JOIN identities h ON h.id = g.identity_id LEFT JOIN identities a ON a.id = g.requested_by
      WHERE g.id = $1 AND g.kind = 'REQUESTED'
      FOR UPDATE OF g
      """
          .formatted(Grant.COLUMNS);

  private static final String LOOK = LOCK.replace(LOCKED, "");

  /*
   * By grants_undecided: what waits for somebody's word. Names are looked up for a page, not for all that wait: who
   * approves for many roles has thousands. $8: how many yeses each role of $1 has to have before. $4: roles that a manager decides. A request for one of them is left out when
   * whatever its holder's provider said names another manager; what is left, the policy judges. Managers are not
   * looked for beyond the last of a page that is full without them. $5 and $6: the claim that names the manager, for each
   * trust; $7: the names of who asks, in small letters.
   */
  private static final String WAITING =
      """
      WITH named AS MATERIALIZED (
        SELECT g.id FROM unnest($1::text[], $8::int[]) AS r (role, words)
        JOIN grants g ON g.role = r.role AND g.state = 'REQUESTED' AND g.deadline > mayfly_now() AND g.id > $3
        WHERE r.words = 0
           OR (SELECT count(*) FROM approvals a WHERE a.grant_id = g.id AND a.verdict = 'APPROVED') >= r.words
        ORDER BY g.id LIMIT $2
      ), page AS MATERIALIZED (
        SELECT w.id FROM (
          SELECT n.id FROM named n
          UNION ALL
          SELECT g.id FROM grants g
          WHERE g.state = 'REQUESTED' AND g.role = ANY ($4) AND g.deadline > mayfly_now() AND g.id > $3
            AND g.id <= COALESCE((SELECT n.id FROM named n ORDER BY n.id OFFSET $2 - 1 LIMIT 1),
                                 'ffffffff-ffff-ffff-ffff-ffffffffffff')
            AND EXISTS (SELECT FROM sessions s
                        LEFT JOIN unnest($5::text[], $6::text[]) AS m (trust, claim) ON m.trust = s.trust
                        WHERE s.identity_id = COALESCE(g.acts_for, g.identity_id)
                          AND (COALESCE(s.claims ->> m.claim, '') !~ '\\S' OR jsonb_typeof(s.claims -> m.claim) <> 'string'
                               OR lower(s.claims ->> m.claim) = ANY ($7)))) AS w
        ORDER BY w.id LIMIT $2
      )
      SELECT %s, h.name AS holder_name, h.entry, h.state AS holder_state, a.name AS asker_name, mayfly_now() AS now
      FROM page JOIN grants g ON g.id = page.id
      JOIN identities h ON h.id = g.identity_id LEFT JOIN identities a ON a.id = g.requested_by
      ORDER BY g.id
      """
          .formatted(Grant.COLUMNS);

  /* By grants_to_review. */
  private static final String TO_REVIEW =
      """
      SELECT %s, h.name AS holder_name, h.entry, h.state AS holder_state, a.name AS asker_name, mayfly_now() AS now
      FROM grants g JOIN identities h ON h.id = g.identity_id LEFT JOIN identities a ON a.id = g.requested_by
      WHERE g.review_by IS NOT NULL AND g.reviewed_at IS NULL AND g.role = ANY ($1)
      ORDER BY g.review_by LIMIT $2
      """
          .formatted(Grant.COLUMNS);

  /*
   * By grants_open: a person has few that have not ended, and may have had hundreds. Locked in the order in which they
   * were made, as by everybody; shown in another.
   */
  private static final String OPEN_OF_ROLE =
      """
      WITH held AS MATERIALIZED (
        SELECT %s, h.name AS holder_name, h.entry, h.state AS holder_state, a.name AS asker_name, mayfly_now() AS now
        FROM grants g JOIN identities h ON h.id = g.identity_id LEFT JOIN identities a ON a.id = g.requested_by
        WHERE g.identity_id = $1 AND g.role = $2 AND g.kind = 'REQUESTED' AND g.ended_at IS NULL
          AND g.deadline > mayfly_now()
        ORDER BY g.seq FOR UPDATE OF g
      )
      SELECT * FROM held
      ORDER BY array_position(ARRAY['ACTIVE', 'APPROVED', 'SCHEDULED', 'REQUESTED'], state), expires_at DESC, id
      """
          .formatted(Grant.COLUMNS);

  private static final String LOOK_OPEN = OPEN_OF_ROLE.replace(LOCKED, "");

  /* By grants_by_identity and grants_by_person: what an agent holds for somebody, they hold. */
  private static final String HELD_ROLES =
      """
      SELECT DISTINCT g.role FROM grants g
      WHERE (g.identity_id = $1 OR g.acts_for = $1) AND g.ended_at IS NULL AND g.id <> $2
        AND (g.state = 'SCHEDULED' OR g.deadline > mayfly_now()) -- one whose start has come is as good as active
        AND (NOT $3 OR g.state = 'ACTIVE')
      """;

  /* By grants_to_review. */
  private static final String OVERDUE_REVIEWS =
      """
      SELECT 1 FROM grants g
      WHERE g.review_by <= mayfly_now() AND g.reviewed_at IS NULL
        AND (g.identity_id IN (SELECT mayfly_names_of($1)) OR g.role = $2)
      LIMIT 1
      """;

  private static final String OPEN_EXTENSION =
      "SELECT 1 FROM grants WHERE extends = $1 AND ended_at IS NULL";

  private ElevationTables() {}

  /**
   * A locked grant with the names that decide, and the database's time.
   *
   * @param holder the SPIFFE ID of who holds it, an agent's where one acts
   * @param entry the holder's in the policy
   * @param holderActive whether the holder is neither suspended nor retired
   */
  record Locked(
      Grant grant,
      String holder,
      String entry,
      boolean holderActive,
      Optional<String> asker,
      Instant now) {
    Grant.Requested requested() {
      return grant.requested().orElseThrow();
    }

    /** Who asked for somebody else sees it, and is told whose it is to use; nobody else is. */
    Outcome<Locked> ownedBy(Person person) {
      if (grant.principal().equals(person.id())) {
        return Outcome.ok(this);
      }
      return Outcome.refused(
          requested().by().equals(person.id())
              ? new Refusal.Forbidden(
                  "not-the-holder",
                  "you asked for this for %s, who alone begins or extends it".formatted(holder))
              : new Refusal.NotFound("grant-unknown", "not a grant of theirs"));
    }

    private static Locked of(Row row) {
      return new Locked(
          Grant.from(row),
          row.getString("holder_name"),
          row.getString("entry"),
          row.getString("holder_state").equals("ACTIVE"),
          Optional.ofNullable(row.getString("asker_name")),
          row.getOffsetDateTime("now").toInstant());
    }
  }

  static Uni<Boolean> holdPolicy(SqlConnection tx, long version) {
    return some(tx, HOLD_POLICY, Tuple.of(version));
  }

  /** Policy and who decides by it; false when another version is active. */
  static Uni<Boolean> holdDecider(SqlConnection tx, long version, IdentityId decider) {
    return some(tx, HOLD_DECIDER, Tuple.of(version, decider.value()));
  }

  static Uni<Boolean> holdPerson(SqlConnection tx, IdentityId person) {
    return some(tx, HOLD_PERSON, Tuple.of(person.value()));
  }

  /**
   * Both at once; false says nothing about which of them could not be held.
   *
   * @param session of who acts: it must be live by now
   */
  static Uni<Boolean> hold(SqlConnection tx, long version, IdentityId person, GrantId session) {
    return some(tx, HOLD, Tuple.of(version, person.value(), session.value()));
  }

  /**
   * Whose word is wanted.
   *
   * @param roles that name a group of theirs, each with the number of others whose yes it takes
   *     before
   * @param managed roles that their requesters' managers decide
   * @param managerClaims by trust, the claim that names somebody's manager
   * @param names by which such a claim may mean them, in small letters
   */
  record Decider(
      Map<String, Integer> roles,
      Set<String> managed,
      Map<String, String> managerClaims,
      Set<String> names) {}

  /** False when somebody else holds the person at this moment. */
  static Uni<Boolean> holdPersonIfFree(SqlConnection tx, IdentityId person) {
    return some(tx, HOLD_PERSON_IF_FREE, Tuple.of(person.value()));
  }

  /** Not locked: for somebody to look at. */
  static Uni<List<Locked>> waiting(SqlClient client, Decider decider, GrantId after, int limit) {
    List<String> trusts = List.copyOf(decider.managerClaims().keySet());
    List<String> roles = List.copyOf(decider.roles().keySet());
    Tuple parameters =
        Tuple.tuple()
            .addArrayOfString(roles.toArray(String[]::new))
            .addInteger(limit)
            .addUUID(after.value())
            .addArrayOfString(decider.managed().toArray(String[]::new))
            .addArrayOfString(trusts.toArray(String[]::new))
            .addArrayOfString(
                trusts.stream().map(decider.managerClaims()::get).toArray(String[]::new))
            .addArrayOfString(decider.names().toArray(String[]::new))
            .addArrayOfInteger(roles.stream().map(decider.roles()::get).toArray(Integer[]::new));
    return client.preparedQuery(WAITING).execute(parameters).map(ElevationTables::all);
  }

  /** Not locked: for somebody to look at. */
  static Uni<List<Locked>> toReview(SqlClient client, Set<String> roles, int limit) {
    return client
        .preparedQuery(TO_REVIEW)
        .execute(Tuple.tuple().addArrayOfString(roles.toArray(String[]::new)).addInteger(limit))
        .map(ElevationTables::all);
  }

  static Uni<Optional<Locked>> lock(SqlConnection tx, GrantId grant) {
    return tx.preparedQuery(LOCK)
        .execute(Tuple.of(grant.value()))
        .map(rows -> all(rows).stream().findFirst());
  }

  /** Not locked: what is to be decided is read again. */
  static Uni<Optional<Locked>> look(SqlClient client, GrantId grant) {
    return client
        .preparedQuery(LOOK)
        .execute(Tuple.of(grant.value()))
        .map(rows -> all(rows).stream().findFirst());
  }

  static Uni<List<Locked>> openOfRole(SqlConnection tx, IdentityId holder, String role) {
    return tx.preparedQuery(OPEN_OF_ROLE)
        .execute(Tuple.of(holder.value(), role))
        .map(ElevationTables::all);
  }

  /** Not locked. */
  static Uni<List<Locked>> lookOpen(SqlClient client, IdentityId holder, String role) {
    return client
        .preparedQuery(LOOK_OPEN)
        .execute(Tuple.of(holder.value(), role))
        .map(ElevationTables::all);
  }

  /** The roles that somebody or their agents hold, or have asked for, but by this grant. */
  static Uni<Set<String>> heldRoles(
      SqlConnection tx, IdentityId holder, GrantId but, boolean activeOnly) {
    return tx.preparedQuery(HELD_ROLES)
        .execute(Tuple.of(holder.value(), but.value(), activeOnly))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> row.getString("role"))
                    .collect(Collectors.toSet()));
  }

  /** Whether a review of this person's or this role's break-glass is overdue. */
  static Uni<Boolean> hasOverdueReview(SqlConnection tx, IdentityId holder, String role) {
    return some(tx, OVERDUE_REVIEWS, Tuple.of(holder.value(), role));
  }

  static Uni<Boolean> hasOpenExtension(SqlConnection tx, GrantId grant) {
    return some(tx, OPEN_EXTENSION, Tuple.of(grant.value()));
  }

  private static Uni<Boolean> some(SqlConnection tx, String sql, Tuple parameters) {
    return tx.preparedQuery(sql).execute(parameters).map(rows -> rows.size() > 0);
  }

  private static List<Locked> all(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false).map(Locked::of).toList();
  }
}
