package dev.mayfly.revocation;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Notifications;
import dev.mayfly.store.RevocationId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * The rows a revocation leaves: itself, its audit events, its outbox event, the publishers' hint.
 */
@ApplicationScoped
class RevocationRecord {

  /** Wakes the publishers of every node. */
  static final String CHANNEL = "mayfly_revocation";

  private static final String INSERT =
      """
      INSERT INTO revocations (id, at, scope, credential_id, grant_id, identity_id, kid, by_whom, reason)
      VALUES ($1, mayfly_now(), $2, $3, $4, $5, $6, $7, $8)
      RETURNING at, coalesce((SELECT version FROM policy_active), 0) AS policy_version
      """;

  private static final String ANNOUNCE =
      """
      INSERT INTO outbox (id, at, topic, key, payload) VALUES ($1, mayfly_now(), 'revocation', $2, $3)
      """;

  private static final String COLUMNS =
      """
      SELECT id, at, scope, credential_id, grant_id, identity_id, kid, by_whom, reason, listed_at, everywhere_at
        FROM revocations
      """;

  private static final String FIND = COLUMNS + " WHERE id = $1";

  private static final String FIRST = COLUMNS + " WHERE target = $1 ORDER BY at DESC LIMIT 1";

  private final Database database;
  private final AuditLog audit;
  private final InstantSource clock;

  RevocationRecord(Database database, AuditLog audit, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
  }

  /** Writes everything; the locks of {@link Covering} are held. */
  Uni<Revocation> write(SqlConnection connection, RevocationRequest request, Covered covered) {
    RevocationId id = new RevocationId(Uuids.next(clock));
    return connection
        .preparedQuery(INSERT)
        .execute(row(id, request, covered))
        .map(rows -> rows.iterator().next())
        .call(row -> tell(connection, id, request, covered, row.getLong("policy_version")))
        .call(row -> Notifications.tell(connection, CHANNEL))
        .map(
            row ->
                new Revocation(
                    id,
                    instant(row, "at").orElseThrow(),
                    request.target(),
                    request.actor(),
                    request.reason(),
                    Optional.empty(),
                    Optional.empty()));
  }

  /**
   * The revocation that made the target what it is now: the newest, should it have been resumed.
   */
  Uni<Optional<Revocation>> first(SqlConnection connection, Target target) {
    return connection
        .preparedQuery(FIRST)
        .execute(Tuple.of(target.subject()))
        .map(RevocationRecord::one);
  }

  Uni<Optional<Revocation>> find(RevocationId id) {
    return database.run(FIND, Tuple.of(id.value())).map(RevocationRecord::one);
  }

  private static Tuple row(RevocationId id, RevocationRequest request, Covered covered) {
    Target target = request.target();
    return Tuple.tuple()
        .addUUID(id.value())
        .addString(target.scope().name())
        .addUUID(
            target instanceof Target.Credential(CredentialId credential)
                ? credential.value()
                : null)
        .addUUID(covered.grant().map(GrantId::value).orElse(null))
        .addUUID(covered.identity().map(IdentityId::value).orElse(null))
        .addString(target instanceof Target.Key key ? key.key().value() : null)
        .addString(request.actor())
        .addString(request.reason());
  }

  /**
   * The grant machine has told of a grant that it moved, the identity room of an identity that it
   * suspended, the key room of a key that it tainted: one change, one audit event (rule 8).
   */
  private Uni<Void> tell(
      SqlConnection connection,
      RevocationId id,
      RevocationRequest request,
      Covered covered,
      long policyVersion) {
    return switch (request.target()) {
      case Target.Grant grant -> Uni.createFrom().voidItem();
      case Target.Key key -> announce(connection, id, request);
      case Target.Credential credential ->
          audit(connection, id, request, covered, policyVersion)
              .chain(told -> announce(connection, id, request));
      case Target.Identity identity -> announce(connection, id, request);
    };
  }

  private Uni<Void> audit(
      SqlConnection connection,
      RevocationId id,
      RevocationRequest request,
      Covered covered,
      long policyVersion) {
    Target target = request.target();
    return audit.append(
        connection,
        new AuditEvent(
            target.scope().word() + ".revoke",
            AuditEvent.Result.SUCCESS,
            request.actor(),
            request.reason(),
            target.subject(),
            covered.identity(),
            covered.grant(),
            policyVersion,
            request.requestId(),
            new JsonObject().put("revocation", id.toString())));
  }

  private Uni<Void> announce(SqlConnection connection, RevocationId id, RevocationRequest request) {
    Target target = request.target();
    JsonObject payload =
        new JsonObject()
            .put("revocation", id.toString())
            .put("scope", target.scope().word())
            .put("target", target.id())
            .put("by", request.actor())
            .put("reason", request.reason());
    return connection
        .preparedQuery(ANNOUNCE)
        .execute(Tuple.of(Uuids.next(clock), target.subject(), payload))
        .replaceWithVoid();
  }

  private static Optional<Revocation> one(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(read(rows.iterator().next()));
  }

  private static Revocation read(Row row) {
    Target.Scope scope = Target.Scope.valueOf(row.getString("scope"));
    return new Revocation(
        new RevocationId(row.getUUID("id")),
        instant(row, "at").orElseThrow(),
        target(scope, row),
        row.getString("by_whom"),
        row.getString("reason"),
        instant(row, "listed_at"),
        instant(row, "everywhere_at"));
  }

  private static Target target(Target.Scope scope, Row row) {
    return switch (scope) {
      case CREDENTIAL -> new Target.Credential(new CredentialId(row.getUUID("credential_id")));
      case GRANT -> new Target.Grant(new GrantId(row.getUUID("grant_id")));
      case IDENTITY -> new Target.Identity(new IdentityId(row.getUUID("identity_id")));
      case KEY -> new Target.Key(new KeyId(row.getString("kid")));
    };
  }

  private static Optional<Instant> instant(Row row, String column) {
    return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
  }
}
