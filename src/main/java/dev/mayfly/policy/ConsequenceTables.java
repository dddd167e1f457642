package dev.mayfly.policy;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.policy.Consequences.Described;
import dev.mayfly.policy.Consequences.Held;
import dev.mayfly.policy.Consequences.Shortened;
import dev.mayfly.policy.Consequences.Standing;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Notifications;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads what a new policy version may change, under locks, and writes what it does change. */
@ApplicationScoped
public class ConsequenceTables {

  private static final String ACTOR = "system:policy";
  private static final String REVOCATIONS = "mayfly_revocation";

  private static final String LOCK_IDENTITIES =
      """
      SELECT id, name, kind, entry, owner, environment, review_at, mint_until
      FROM identities WHERE state <> 'RETIRED' ORDER BY id FOR UPDATE
      """;

  /** Every grant that has not ended has a deadline: by grants_by_deadline, the live ones only. */
  private static final String LOCK_GRANTS =
      """
      SELECT id, identity_id, role, kind, state, expires_at, authority_ends_at, acts_for, parent, part_of
      FROM grants WHERE deadline IS NOT NULL ORDER BY seq FOR UPDATE
      """;

  private static final String DESCRIBE =
      """
      UPDATE identities SET kind = $2, entry = $3, owner = $4, environment = $5, review_at = $6, mint_until = $7,
        changed_at = mayfly_now(), version = version + 1
      WHERE id = $1
      """;

  private static final String RETIRE =
      """
      UPDATE identities SET state = 'RETIRED', changed_at = mayfly_now(), version = version + 1
      WHERE id = ANY ($1)
      """;

  /** What they proved by then, and what Mayfly certified for it, proves them no more. */
  private static final String TAKE_BACK_PROOFS =
      "UPDATE identities SET proofs_since = $2 WHERE name = ANY ($1) AND state <> 'RETIRED'";

  private static final String WITHDRAW =
      """
      UPDATE grants SET
        state = CASE state WHEN 'REQUESTED' THEN 'DENIED' ELSE 'REVOKED' END,
        decided_at = CASE state WHEN 'REQUESTED' THEN mayfly_now() ELSE decided_at END,
        decided_by = CASE state WHEN 'REQUESTED' THEN 'system:policy' ELSE decided_by END,
        ended_at = mayfly_now(), deadline = NULL, cause = $2, policy_version = $3, version = version + 1
      WHERE id = ANY ($1)
      """;

  private static final String SHORTEN =
      """
      UPDATE grants SET expires_at = $2, authority_ends_at = $3, version = version + 1,
        deadline = CASE state WHEN 'ACTIVE' THEN $2 ELSE LEAST(deadline, $3) END
      WHERE id = $1
      """;

  private static final String REVOKE =
      """
      INSERT INTO revocations (id, at, scope, grant_id, identity_id, by_whom, reason)
      VALUES ($1, mayfly_now(), $2, $3, $4, 'system:policy', $5)
      """;

  private static final String ANNOUNCE =
      """
      INSERT INTO outbox (id, at, topic, key, payload) VALUES ($1, mayfly_now(), 'revocation', $2, $3)
      """;

  private final AuditLog audit;
  private final InstantSource clock;

  public ConsequenceTables(AuditLog audit, InstantSource clock) {
    this.audit = audit;
    this.clock = clock;
  }

  Uni<List<Standing>> lockIdentities(SqlConnection tx) {
    return tx.query(LOCK_IDENTITIES)
        .execute()
        .map(
            rows ->
                each(
                    rows,
                    row ->
                        new Standing(
                            row.getUUID("id"),
                            row.getString("name"),
                            row.getString("kind"),
                            row.getString("entry"),
                            row.getString("owner"),
                            row.getString("environment"),
                            row.getOffsetDateTime("review_at").toInstant(),
                            row.getOffsetDateTime("mint_until").toInstant())));
  }

  Uni<List<Held>> lockGrants(SqlConnection tx) {
    return tx.query(LOCK_GRANTS)
        .execute()
        .map(
            rows ->
                each(
                    rows,
                    row ->
                        new Held(
                            row.getUUID("id"),
                            row.getUUID("identity_id"),
                            row.getString("role"),
                            row.getString("kind").equals("REQUESTED")
                                ? Entitlement.Type.ELIGIBLE
                                : Entitlement.Type.STANDING,
                            row.getString("state"),
                            Optional.ofNullable(row.getOffsetDateTime("expires_at"))
                                .map(OffsetDateTime::toInstant),
                            row.getOffsetDateTime("authority_ends_at").toInstant(),
                            Optional.ofNullable(row.getUUID("acts_for")),
                            Stream.of("parent", "part_of")
                                .map(row::getUUID)
                                .filter(Objects::nonNull)
                                .toList())));
  }

  /** Writes the changes, the revocations and one audit event for each change (rule 8). */
  Uni<Void> write(SqlConnection tx, Consequences consequences, long version) {
    String cause = "policy revision " + version;
    List<Revoked> revoked = revoked(consequences);
    return batch(tx, DESCRIBE, each(consequences.described(), ConsequenceTables::description))
        .chain(done -> retire(tx, consequences.retiredIds()))
        .chain(done -> withdraw(tx, consequences.withdrawn(), cause, version))
        .chain(done -> batch(tx, SHORTEN, each(consequences.shortened(), ConsequenceTables::ends)))
        .chain(done -> batch(tx, REVOKE, each(revoked, one -> one.row(cause))))
        .chain(done -> batch(tx, ANNOUNCE, each(revoked, one -> one.message(clock, cause))))
        .chain(done -> audit.append(tx, events(consequences, version, cause)))
        .chain(
            done ->
                revoked.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : Notifications.tell(tx, REVOCATIONS));
  }

  /**
   * Certificates that these identities were given under an earlier version than this do not prove
   * them any more. Gives how many there are; the audit event of the version tells of it.
   */
  Uni<Integer> takeBackProofs(SqlConnection tx, Set<String> names, long version) {
    return names.isEmpty()
        ? Uni.createFrom().item(0)
        : tx.preparedQuery(TAKE_BACK_PROOFS)
            .execute(Tuple.tuple().addArrayOfString(names.toArray(String[]::new)).addLong(version))
            .map(rows -> rows.rowCount());
  }

  /** One revocation: of an identity with all its grants, or of one grant that had been active. */
  private record Revoked(UUID id, String scope, UUID identity, @Nullable UUID grant) {

    Tuple row(String cause) {
      return Tuple.of(id, scope, grant, identity, cause);
    }

    Tuple message(InstantSource clock, String cause) {
      String kind = grant == null ? "identity" : "grant";
      UUID target = grant == null ? identity : grant;
      return Tuple.of(
          Uuids.next(clock),
          kind + ":" + target,
          JsonObject.of(
              "revocation", id.toString(),
              "scope", kind,
              "target", target.toString(),
              "by", ACTOR,
              "reason", cause));
    }
  }

  private List<Revoked> revoked(Consequences consequences) {
    Set<UUID> retired = consequences.retiredIds();
    List<Revoked> revoked = new ArrayList<>();
    retired.forEach(id -> revoked.add(new Revoked(Uuids.next(clock), "IDENTITY", id, null)));
    consequences.withdrawn().stream()
        .filter(grant -> grant.active() && !retired.contains(grant.identity()))
        .forEach(
            grant ->
                revoked.add(new Revoked(Uuids.next(clock), "GRANT", grant.identity(), grant.id())));
    return revoked;
  }

  private static Uni<Void> retire(SqlConnection tx, Set<UUID> ids) {
    return ids.isEmpty()
        ? Uni.createFrom().voidItem()
        : tx.preparedQuery(RETIRE)
            .execute(Tuple.tuple().addArrayOfUUID(ids.toArray(UUID[]::new)))
            .replaceWithVoid();
  }

  private static Uni<Void> withdraw(
      SqlConnection tx, List<Held> grants, String cause, long version) {
    UUID[] ids = grants.stream().map(Held::id).toArray(UUID[]::new);
    return ids.length == 0
        ? Uni.createFrom().voidItem()
        : tx.preparedQuery(WITHDRAW)
            .execute(Tuple.tuple().addArrayOfUUID(ids).addString(cause).addLong(version))
            .replaceWithVoid();
  }

  private static List<AuditEvent> events(Consequences consequences, long version, String cause) {
    List<AuditEvent> events = new ArrayList<>();
    consequences
        .described()
        .forEach(one -> events.add(identity("identity.update", one.id(), version, cause)));
    consequences
        .retired()
        .forEach(one -> events.add(identity("identity.retire", one.id(), version, cause)));
    consequences
        .withdrawn()
        .forEach(
            one ->
                events.add(
                    grant(
                        one.state().equals("REQUESTED") ? "grant.deny" : "grant.revoke",
                        one,
                        version,
                        cause)));
    consequences
        .shortened()
        .forEach(one -> events.add(grant("grant.shorten", one.grant(), version, cause)));
    return events;
  }

  private static AuditEvent identity(String action, UUID id, long version, String cause) {
    return new AuditEvent(
        action,
        AuditEvent.Result.SUCCESS,
        ACTOR,
        cause,
        "identity:" + id,
        Optional.of(new IdentityId(id)),
        Optional.empty(),
        version,
        "",
        new JsonObject());
  }

  private static AuditEvent grant(String action, Held grant, long version, String cause) {
    return new AuditEvent(
        action,
        AuditEvent.Result.SUCCESS,
        ACTOR,
        cause,
        "grant:" + grant.id(),
        Optional.of(new IdentityId(grant.identity())),
        Optional.of(new GrantId(grant.id())),
        version,
        "",
        JsonObject.of("role", grant.role()));
  }

  private static Tuple description(Described one) {
    IdentityEntry entry = one.entry();
    return Tuple.tuple()
        .addUUID(one.id())
        .addString(entry.kind().name())
        .addString(entry.id())
        .addString(entry.owner())
        .addString(entry.environment())
        .addOffsetDateTime(utc(entry.reviewAt()))
        .addOffsetDateTime(utc(one.mintUntil()));
  }

  private static Tuple ends(Shortened one) {
    return Tuple.tuple()
        .addUUID(one.grant().id())
        .addOffsetDateTime(one.expiresAt().map(ConsequenceTables::utc).orElse(null))
        .addOffsetDateTime(utc(one.authorityEndsAt()));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static Uni<Void> batch(SqlConnection tx, String sql, List<Tuple> rows) {
    return rows.isEmpty()
        ? Uni.createFrom().voidItem()
        : tx.preparedQuery(sql).executeBatch(rows).replaceWithVoid();
  }

  private static <T> List<T> each(RowSet<Row> rows, Function<Row, T> read) {
    return StreamSupport.stream(rows.spliterator(), false).map(read).toList();
  }

  private static <T> List<Tuple> each(List<T> items, Function<T, Tuple> row) {
    return items.stream().map(row).toList();
  }
}
