package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.policy.Agent;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;

/**
 * The rows of {@code identities}: made when a name is first proven, kept as the policy describes
 * them, moved between their states.
 */
@ApplicationScoped
public class Identities {

  /** The times are compared by the database's clock, as everywhere (rule 3). */
  private static final String FIND =
      """
      SELECT id, state, version, mint_until <= mayfly_now() AS overdue,
             (kind, entry, owner, environment, review_at, mint_until)
               IS DISTINCT FROM ($2, $3, $4, $5, $6, $7) AS differs
        FROM identities
       WHERE name = $1
      """;

  /** Two nodes may see a name first at the same moment: one inserts, the other finds. */
  private static final String CREATE =
      """
      INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state,
                              created_at, changed_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ACTIVE', mayfly_now(), mayfly_now())
      ON CONFLICT (name) DO NOTHING
      """;

  /** A node that still decides by an older policy must not undo what a newer one says. */
  private static final String DESCRIBE =
      """
      UPDATE identities
         SET kind = $3, entry = $4, owner = $5, environment = $6, review_at = $7, mint_until = $8,
             changed_at = mayfly_now(), version = version + 1
       WHERE id = $1 AND version = $2 AND state <> 'RETIRED'
         AND NOT EXISTS (SELECT 1 FROM policy_active WHERE version > $9)
      """;

  /**
   * FOR UPDATE, not the weaker lock of a plain UPDATE: it also waits for transactions that are
   * inserting a grant for this identity (they hold its row FOR KEY SHARE), so the grants read next
   * are all there are.
   */
  private static final String LOCK = "SELECT state FROM identities WHERE id = $1 FOR UPDATE";

  private static final String MOVE =
      """
      UPDATE identities
         SET state = $3, changed_at = mayfly_now(), version = version + 1
       WHERE id = $1 AND state = $2
      RETURNING coalesce((SELECT version FROM policy_active), 0) AS policy_version
      """;

  private final Database database;
  private final AuditLog audit;
  private final InstantSource clock;
  private final int remembered;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** What a node remembers of a name: which row it is, under which version it was described. */
  private record Known(IdentityId id, long policyVersion) {}

  /** A row as it was found. */
  private record Found(
      IdentityId id, IdentityState state, int version, boolean overdue, boolean differs) {}

  /**
   * Who moves an identity and why.
   *
   * @param actor a SPIFFE ID, or {@code system:...}
   * @param requestId or empty
   */
  public record Mover(String actor, String cause, String requestId) {}

  public Identities(Database database, AuditLog audit, InstantSource clock, IdentityLimits limits) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
    this.remembered = limits.rememberedIds();
  }

  /**
   * The id of a proven identity; its row is made, or brought in line with this version of the
   * policy, when this node sees it first. An id is no "yes": whether the identity is still ACTIVE
   * and reviewed is asked again by the statement that mints.
   */
  public Uni<Outcome<IdentityId>> idOf(Proven proven, CompiledPolicy policy) {
    Known remembered = known.get(proven.name());
    if (remembered != null && remembered.policyVersion() == policy.version()) {
      return Uni.createFrom().item(Outcome.ok(remembered.id()));
    }
    return proven
        .under(policy)
        .map(now -> describe(Description.of(now, policy)))
        .orElseGet(
            () ->
                Uni.createFrom()
                    .item(
                        Outcome.refused(
                            new Refusal.Denied(
                                "identity-unknown",
                                "the policy no longer knows " + proven.entry().id()))));
  }

  /**
   * The id of an agent that somebody names; its row is made when it has not proven itself before.
   *
   * @param by the SPIFFE ID of who names it
   */
  public Uni<Outcome<IdentityId>> idOf(Agent agent, String by, CompiledPolicy policy) {
    return describe(Description.of(agent, by, policy));
  }

  private Uni<Outcome<IdentityId>> describe(Description description) {
    return database
        .inTransaction(connection -> settle(connection, description))
        .map(found -> judge(found, description));
  }

  /** Where an identity stands, locked until the transaction ends; empty if there is none. */
  public Uni<Optional<IdentityState>> lock(SqlConnection connection, IdentityId id) {
    return connection.preparedQuery(LOCK).execute(Tuple.of(id.value())).map(Identities::state);
  }

  /**
   * Moves an identity, with its audit event, inside the caller's transaction; the row stays locked
   * until that ends. The caller ends the grants of one that leaves ACTIVE.
   */
  public Uni<Outcome<IdentityId>> move(
      SqlConnection connection, IdentityId id, IdentityState from, IdentityState to, Mover mover) {
    if (!from.mayBecome(to)) {
      return Uni.createFrom().item(conflict("an identity cannot go from " + from + " to " + to));
    }
    return connection
        .preparedQuery(MOVE)
        .execute(Tuple.of(id.value(), from.name(), to.name()))
        .chain(
            moved ->
                moved.rowCount() == 1
                    ? audit
                        .append(connection, IdentityEvents.moved(id, to, mover, policyOf(moved)))
                        .replaceWith(Outcome.ok(id))
                    : Uni.createFrom().item(conflict("the identity is not " + from)));
  }

  private static long policyOf(RowSet<Row> moved) {
    return moved.iterator().next().getLong("policy_version");
  }

  private static Optional<IdentityState> state(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> IdentityState.valueOf(row.getString("state")))
        .findFirst();
  }

  private Uni<Found> settle(SqlConnection connection, Description wanted) {
    return find(connection, wanted)
        .chain(
            found ->
                found.isPresent()
                    ? describe(connection, found.get(), wanted)
                    : create(connection, wanted));
  }

  private static Uni<Optional<Found>> find(SqlConnection connection, Description wanted) {
    return connection.preparedQuery(FIND).execute(wanted.forFind()).map(Identities::found);
  }

  private Uni<Found> create(SqlConnection connection, Description wanted) {
    IdentityId id = new IdentityId(Uuids.next(clock));
    return connection
        .preparedQuery(CREATE)
        .execute(wanted.forCreate(id))
        .chain(
            made ->
                made.rowCount() == 1
                    ? audit.append(connection, IdentityEvents.created(id, wanted))
                    : Uni.createFrom().voidItem())
        .chain(() -> find(connection, wanted))
        .map(Optional::orElseThrow);
  }

  private Uni<Found> describe(SqlConnection connection, Found found, Description wanted) {
    if (!found.differs()) {
      return Uni.createFrom().item(found);
    }
    return connection
        .preparedQuery(DESCRIBE)
        .execute(wanted.forDescribe(found.id(), found.version()))
        .chain(
            changed ->
                changed.rowCount() == 1
                    ? audit.append(connection, IdentityEvents.described(found.id(), wanted))
                    : Uni.createFrom().voidItem())
        .chain(() -> find(connection, wanted))
        .map(Optional::orElseThrow);
  }

  private Outcome<IdentityId> judge(Found found, Description wanted) {
    if (found.state() != IdentityState.ACTIVE) {
      return denied("identity-not-active", found, "is " + found.state());
    }
    if (found.overdue()) {
      return denied("review-overdue", found, "is past its review date and the grace");
    }
    if (!found.differs()) {
      remember(wanted.name(), new Known(found.id(), wanted.policyVersion()));
    }
    return Outcome.ok(found.id());
  }

  /** Full: starts over. Each name then costs one look-up, once. */
  private void remember(String name, Known id) {
    if (known.size() >= remembered) {
      known.clear();
    }
    known.put(name, id);
  }

  private static Outcome<IdentityId> denied(String code, Found found, String what) {
    return Outcome.refused(new Refusal.Denied(code, "identity " + found.id() + " " + what));
  }

  private static Outcome<IdentityId> conflict(String say) {
    return Outcome.refused(new Refusal.Conflict("identity-state", say));
  }

  private static Optional<Found> found(RowSet<Row> rows) {
    for (Row row : rows) {
      return Optional.of(
          new Found(
              new IdentityId(row.getUUID("id")),
              IdentityState.valueOf(row.getString("state")),
              row.getInteger("version"),
              row.getBoolean("overdue"),
              row.getBoolean("differs")));
    }
    return Optional.empty();
  }
}
