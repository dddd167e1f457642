package dev.mayfly.audit;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;

/**
 * Writes audit events inside the transaction of the change they tell of. The ledger writes its own
 * in its one statement ({@code credential.Ledger}); everybody else comes here.
 */
@ApplicationScoped
public class AuditLog {

  private static final String APPEND =
      """
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                policy_version, request_id, detail)
      VALUES ($1, mayfly_now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """;

  private final InstantSource clock;

  public AuditLog(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Appends one event; {@code client} is the connection of the transaction that makes the change.
   */
  public Uni<Void> append(SqlClient client, AuditEvent event) {
    return client.preparedQuery(APPEND).execute(row(event)).replaceWithVoid();
  }

  /** Appends several events in one round trip. */
  public Uni<Void> append(SqlClient client, List<AuditEvent> events) {
    if (events.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return client
        .preparedQuery(APPEND)
        .executeBatch(events.stream().map(this::row).toList())
        .replaceWithVoid();
  }

  private Tuple row(AuditEvent event) {
    return Tuple.tuple()
        .addUUID(Uuids.next(clock))
        .addString(event.action())
        .addString(event.result().name())
        .addString(event.actor())
        .addString(event.cause())
        .addString(event.subject())
        .addUUID(event.identity().map(IdentityId::value).orElse(null))
        .addUUID(event.grant().map(GrantId::value).orElse(null))
        .addLong(event.policyVersion())
        .addString(event.requestId())
        .addValue(event.detail().isEmpty() ? null : event.detail());
  }
}
