package dev.mayfly.policy;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Database;
import dev.mayfly.store.Notifications;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Makes a revision the active one, in one transaction with all it does to identities and grants
 * (docs/decisions/0002).
 *
 * <p>Locks are taken in the order policy, identities, grants, as mints and revocations take them.
 */
@ApplicationScoped
public class Activation {

  static final String CHANNEL = "mayfly_policy";

  /**
   * Serialises activations, also the first, when there is no row to lock; readers and the FOR SHARE
   * of a mint go on.
   */
  private static final String LOCK_TABLE = "LOCK TABLE policy_active IN SHARE ROW EXCLUSIVE MODE";

  private static final String LOCK_ACTIVE =
      """
      SELECT a.version, v.sha256, v.document
      FROM policy_active a JOIN policy_versions v ON v.version = a.version
      FOR UPDATE OF a
      """;

  private static final String INSERT =
      """
      INSERT INTO policy_versions (version, sha256, document, activated_at, activated_by)
      VALUES ($1, $2, $3, mayfly_now(), $4)
      RETURNING activated_at
      """;

  private static final String ACTIVATE =
      """
      INSERT INTO policy_active (version) VALUES ($1)
      ON CONFLICT (only_row) DO UPDATE SET version = EXCLUDED.version
      """;

  /** Every version that was active within the last day, which no credential outlives. */
  private static final String RECENT =
      """
      SELECT document FROM (
        SELECT document, lead(activated_at) OVER (ORDER BY version) AS replaced_at FROM policy_versions) v
      WHERE replaced_at IS NULL OR replaced_at > mayfly_now() - interval '1 day'
      """;

  /** A document this build cannot read any more says nothing of its ceilings: suppose a day. */
  private static final Duration SUPPOSED = Duration.ofDays(1);

  private final Database database;
  private final AuditLog audit;
  private final ConsequenceTables tables;

  public Activation(Database database, AuditLog audit, ConsequenceTables tables) {
    this.database = database;
    this.audit = audit;
    this.tables = tables;
  }

  /** How an attempt ended. */
  enum Result {
    ACTIVATED,
    /** This very document is active already. */
    SAME,
    /** A higher revision is active; that one counts. */
    OLDER,
    /** The active revision has the same number and other content. */
    CONFLICT
  }

  /** Tries to make it active; {@code by} says which node. */
  Uni<Result> activate(CompiledPolicy next, PolicyText file, String by) {
    return database.inTransaction(
        Database.LONGEST,
        tx ->
            tx.query(LOCK_TABLE)
                .execute()
                .chain(locked -> tx.query(LOCK_ACTIVE).execute())
                .chain(
                    rows -> {
                      Optional<Row> active =
                          rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
                      Result result = compare(active, next, file);
                      return result == Result.ACTIVATED
                          ? replace(tx, active, next, file, by).replaceWith(result)
                          : Uni.createFrom().item(result);
                    }));
  }

  private static Result compare(Optional<Row> active, CompiledPolicy next, PolicyText file) {
    if (active.isEmpty() || active.get().getLong("version") < next.version()) {
      return Result.ACTIVATED;
    }
    if (active.get().getLong("version") > next.version()) {
      return Result.OLDER;
    }
    return file.hasSha256(active.get().getBuffer("sha256").getBytes())
        ? Result.SAME
        : Result.CONFLICT;
  }

  private Uni<Void> replace(
      SqlConnection tx, Optional<Row> before, CompiledPolicy next, PolicyText file, String by) {
    return longestOut(tx).chain(longestOut -> replace(tx, before, next, file, by, longestOut));
  }

  /** The longest life of a credential that is out: the version that goes did not mint them all. */
  private static Uni<Duration> longestOut(SqlConnection tx) {
    return tx.query(RECENT)
        .execute()
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> PolicyParser.parse(row.getString("document")))
                    .map(parsed -> parsed.policy().map(old -> old.ceilings().jwt()))
                    .map(ceiling -> ceiling.orElse(SUPPOSED))
                    .max(Comparator.naturalOrder())
                    .orElse(SUPPOSED));
  }

  private Uni<Void> replace(
      SqlConnection tx,
      Optional<Row> before,
      CompiledPolicy next,
      PolicyText file,
      String by,
      Duration longestOut) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(next.version(), Buffer.buffer(file.sha256()), file.text(), by))
        .map(rows -> rows.iterator().next().getOffsetDateTime("activated_at").toInstant())
        .call(now -> tx.preparedQuery(ACTIVATE).execute(Tuple.of(next.version())))
        .chain(now -> consequences(tx, next, longestOut, now))
        .call(consequences -> tables.write(tx, consequences, next.version()))
        .chain(
            consequences ->
                tables
                    .takeBackProofs(tx, takenBack(before, next), next.version())
                    .map(proofs -> event(before, next, by, consequences, proofs)))
        .chain(event -> audit.append(tx, event))
        .chain(told -> Notifications.tell(tx, CHANNEL));
  }

  private static Set<String> takenBack(Optional<Row> before, CompiledPolicy next) {
    return before
        .map(row -> PolicyParser.parse(row.getString("document")).policy())
        .map(old -> TakenBackProofs.of(old, next.policy()))
        .orElse(Set.of());
  }

  private Uni<Consequences> consequences(
      SqlConnection tx, CompiledPolicy next, Duration longestOut, Instant now) {
    return tables
        .lockIdentities(tx)
        .chain(
            identities ->
                tables
                    .lockGrants(tx)
                    .map(grants -> Consequences.of(next, identities, grants, longestOut, now)));
  }

  private static AuditEvent event(
      Optional<Row> before, CompiledPolicy next, String by, Consequences consequences, int proofs) {
    return new AuditEvent(
        "policy.activate",
        AuditEvent.Result.SUCCESS,
        "system:policy",
        "activated by node " + by,
        "policy:" + next.version(),
        Optional.empty(),
        Optional.empty(),
        next.version(),
        "",
        JsonObject.of(
            "before", before.map(row -> row.getLong("version")).orElse(0L),
            "identitiesRetired", consequences.retired().size(),
            "grantsWithdrawn", consequences.withdrawn().size(),
            "grantsShortened", consequences.shortened().size(),
            "proofsTakenBack", proofs));
  }
}
