package dev.mayfly.key;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Notifications;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Writes a ring's steps. Each is a conditional UPDATE that asks for the state it leaves, one audit
 * event (rule 8), the next version of the rings and a hint to the nodes, all in the caller's
 * transaction.
 *
 * <p>Locks are always taken in this order: ring, keys, version. Mints hold {@code FOR SHARE} on the
 * ACTIVE key only, so an activation waits for the mints that are on their way, and those after it
 * see a key that no longer signs.
 */
@ApplicationScoped
class KeyMoves {

  /** Heard when the transaction commits; a node that misses it looks by itself. */
  static final String CHANNEL = "mayfly_keys";

  /** One statement: the row is born with the version that first shows it. */
  private static final String INSERT_PREPARED =
      """
      WITH bumped AS (UPDATE key_rings_version SET version = version + 1 RETURNING version)
      INSERT INTO signing_keys (kid, ring, alg, state, prepared_at, published_version, not_after,
                                public_jwk, custody, wrapped)
      SELECT $1, $2, $3, 'PREPARED', mayfly_now(), version, mayfly_now() + make_interval(secs => $4),
             $5, $6, $7
        FROM bumped
      """;

  private static final String PUBLISH =
      "UPDATE signing_keys SET published_at = mayfly_now()"
          + " WHERE kid = $1 AND state = 'PREPARED' AND published_at IS NULL";

  private static final String SUPERSEDE =
      "UPDATE signing_keys SET state = 'RETIRING', retiring_at = mayfly_now()"
          + " WHERE kid = $1 AND state = 'ACTIVE'";

  private static final String ACTIVATE =
      "UPDATE signing_keys SET state = 'ACTIVE', activated_at = mayfly_now()"
          + " WHERE kid = $1 AND state = 'PREPARED'";

  private static final String RETIRE =
      "UPDATE signing_keys SET state = 'RETIRED', retired_at = mayfly_now(), wrapped = NULL"
          + " WHERE kid = $1 AND state IN ('PREPARED', 'ACTIVE', 'RETIRING')";

  /** But for a CA's ({@link RingName#signsItsOwnLists}), the private part goes at once. */
  private static final String TAINT =
      "UPDATE signing_keys SET state = 'TAINTED', tainted_at = mayfly_now(),"
          + " wrapped = CASE WHEN ring LIKE 'x509/%' OR ring LIKE 'root/%' THEN wrapped END"
          + " WHERE kid = $1 AND state IN ('PREPARED', 'ACTIVE', 'RETIRING', 'RETIRED')";

  private static final String REMOVE =
      "UPDATE signing_keys SET state = 'REMOVED', removed_at = mayfly_now(), wrapped = NULL"
          + " WHERE kid = $1 AND state IN ('RETIRED', 'TAINTED')";

  private static final String REWRAP =
      "UPDATE signing_keys SET wrapped = $2 WHERE kid = $1 AND wrapped = $3";

  private static final String BUMP = "UPDATE key_rings_version SET version = version + 1";

  private final AuditLog audit;

  KeyMoves(AuditLog audit) {
    this.audit = audit;
  }

  Uni<Void> prepare(SqlClient client, Ring ring, Custody custody, Custody.Made made, Why why) {
    KeyId id = made.publicKey().id();
    Tuple row =
        Tuple.tuple()
            .addString(id.value())
            .addString(ring.name().toString())
            .addString(ring.name().alg().joseName())
            .addDouble(SigningKeys.seconds(ring.lifetime()))
            .addValue(new JsonObject(made.publicKey().json()))
            .addString(custody.id())
            .addBuffer(buffer(made.held()));
    return client
        .preparedQuery(INSERT_PREPARED)
        .execute(row)
        .flatMap(done -> tell(client, "key.prepare", id, ring.name(), why));
  }

  Uni<Void> publish(SqlClient client, KeyRecord key, Why why) {
    return step(client, PUBLISH, "key.publish", key, why);
  }

  /** The one before leaves first: the table allows no two ACTIVE keys, not even for a moment. */
  Uni<Void> activate(
      SqlClient client, KeyId next, RingName ring, Optional<KeyRecord> before, Why why) {
    Uni<Void> first =
        before
            .map(key -> step(client, SUPERSEDE, "key.supersede", key, why))
            .orElseGet(() -> Uni.createFrom().voidItem());
    return first.flatMap(done -> step(client, ACTIVATE, "key.activate", next, ring, why));
  }

  Uni<Void> retire(SqlClient client, KeyRecord key, Why why) {
    return step(client, RETIRE, "key.retire", key, why);
  }

  Uni<Void> remove(SqlClient client, KeyRecord key, Why why) {
    return step(client, REMOVE, "key.remove", key, why);
  }

  Uni<Void> taint(SqlClient client, KeyRecord key, Why why) {
    return step(client, TAINT, "key.taint", key, why);
  }

  /** Changes no state that another node has to know of. */
  Uni<Void> rewrap(SqlClient client, KeyId id, RingName ring, byte[] held, byte[] anew, Why why) {
    return client
        .preparedQuery(REWRAP)
        .execute(
            Tuple.tuple().addString(id.value()).addBuffer(buffer(anew)).addBuffer(buffer(held)))
        .flatMap(
            done ->
                done.rowCount() == 1
                    ? audit.append(client, event("key.rewrap", id, ring, why))
                    : Uni.createFrom().voidItem());
  }

  private Uni<Void> step(SqlClient client, String update, String action, KeyRecord key, Why why) {
    return step(client, update, action, key.id(), key.ring(), why);
  }

  private Uni<Void> step(
      SqlClient client, String update, String action, KeyId id, RingName ring, Why why) {
    return client
        .preparedQuery(update)
        .execute(Tuple.of(id.value()))
        .invoke(done -> insist(done.rowCount(), action, id))
        .flatMap(done -> client.preparedQuery(BUMP).execute())
        .flatMap(done -> tell(client, action, id, ring, why));
  }

  private static Buffer buffer(byte[] bytes) {
    return Buffer.buffer(bytes);
  }

  /** The ring is locked and its state was read under the lock: anything else is a defect. */
  private static void insist(int changed, String action, KeyId id) {
    if (changed != 1) {
      throw new IllegalStateException(action + " found key " + id + " in another state");
    }
  }

  private Uni<Void> tell(SqlClient client, String action, KeyId id, RingName ring, Why why) {
    return audit
        .append(client, event(action, id, ring, why))
        .flatMap(done -> Notifications.tell(client, CHANNEL));
  }

  private static AuditEvent event(String action, KeyId id, RingName ring, Why why) {
    return new AuditEvent(
        action,
        AuditEvent.Result.SUCCESS,
        why.actor(),
        why.cause(),
        "key:" + id,
        Optional.empty(),
        Optional.empty(),
        0, // no policy decides over keys
        "",
        new JsonObject().put("ring", ring.toString()));
  }

  /** Who takes a step, and for what reason. */
  record Why(String actor, String cause) {

    static Why schedule(String cause) {
      return new Why("system:keys", cause);
    }
  }
}
