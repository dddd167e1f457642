package dev.mayfly.identity.join;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.identity.Proven;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.store.Database;
import dev.mayfly.store.JoinTokenId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Proves an identity by a join token, in two steps: who it is for, which uses nothing up, so that a
 * request with a mistake in it may be mended; and its one use, which the database gives to one
 * request only, on whatever node.
 */
@ApplicationScoped
public class Joining {

  /** What {@link OpaqueToken#fresh} makes has 43 characters. */
  private static final int MAX_LENGTH = 64;

  /* By the unique index on the hash. */
  private static final String FIND =
      """
      SELECT id, identity, attributes, until,
             CASE WHEN used_at IS NOT NULL THEN 'was used before'
                  WHEN withdrawn_at IS NOT NULL THEN 'was withdrawn'
                  WHEN until <= mayfly_now() THEN 'has expired' END AS dead
        FROM join_tokens
       WHERE hash = $1
      """;

  /* Of two at one moment the second waits for the first, and then finds it used. */
  private static final String USE =
      """
      UPDATE join_tokens SET used_at = mayfly_now()
       WHERE hash = $1 AND used_at IS NULL AND withdrawn_at IS NULL AND until > mayfly_now()
      RETURNING id, identity
      """;

  /* The first time only: whoever holds a dead token must not be able to fill the disk. */
  private static final String REFUSE =
      """
      UPDATE join_tokens SET refused_at = mayfly_now()
       WHERE id = $1 AND refused_at IS NULL
      """;

  private static final Optional<String> GONE =
      Optional.of("is for an identity that does not join any more");

  private final Database database;
  private final AuditLog audit;

  public Joining(Database database, AuditLog audit) {
    this.database = database;
    this.audit = audit;
  }

  /** A token's row. */
  private record Found(
      JoinTokenId id,
      String identity,
      Map<String, String> attributes,
      Instant until,
      Optional<String> dead) {

    static Found of(Row row) {
      return new Found(
          new JoinTokenId(row.getUUID("id")),
          row.getString("identity"),
          JoinTokens.attributes(row),
          row.getOffsetDateTime("until").toInstant(),
          Optional.ofNullable(row.getString("dead")));
    }
  }

  /**
   * Whom this token proves; it is not yet used up.
   *
   * @return {@link Refusal.BadGrant} for whatever reason it is refused; the first refusal of a
   *     token that there was leaves an audit event
   */
  public Uni<Outcome<Proven>> prove(String token, CompiledPolicy policy, String requestId) {
    if (token.length() > MAX_LENGTH) {
      return Uni.createFrom().item(refused("the join token is too long to be one"));
    }
    return database
        .run(FIND, Tuple.of(hash(token)))
        .chain(
            rows -> {
              for (Row row : rows) {
                return judge(Found.of(row), policy, requestId);
              }
              return Uni.createFrom().item(refused("there is no such join token"));
            });
  }

  /** Uses the token up; of several requests with the same token one gets through. */
  public Uni<Outcome<Proven>> useUp(
      String token, Proven proven, CompiledPolicy policy, String requestId) {
    return database.inTransaction(
        tx ->
            tx.preparedQuery(USE)
                .execute(Tuple.of(hash(token)))
                .chain(
                    rows -> {
                      for (Row row : rows) {
                        return used(tx, row, policy.version(), requestId)
                            .replaceWith(Outcome.ok(proven));
                      }
                      return Uni.createFrom().item(refused("the join token was used before"));
                    }));
  }

  private Uni<Void> used(SqlConnection tx, Row row, long policyVersion, String requestId) {
    String name = row.getString("identity");
    var told =
        new JoinEvents.Told(
            new JoinTokenId(row.getUUID("id")), name, name, "shown by an instance", requestId);
    return audit.append(tx, JoinEvents.used(told, policyVersion));
  }

  /** Another version of the policy may be active than when it was made. */
  private Uni<Outcome<Proven>> judge(Found found, CompiledPolicy policy, String requestId) {
    Optional<IdentityEntry> entry = policy.joining(found.identity());
    Optional<String> why =
        found.dead().or(() -> entry.isPresent() ? unknownAttribute(found, entry.get()) : GONE);
    return why.isPresent()
        ? refuse(found, why.get(), policy.version(), requestId)
        : Uni.createFrom().item(Outcome.ok(proven(found, entry.orElseThrow())));
  }

  private static Optional<String> unknownAttribute(Found found, IdentityEntry entry) {
    return JoinRequest.namesOf(entry).containsAll(found.attributes().keySet())
        ? Optional.empty()
        : Optional.of("has an attribute that its identity has no more");
  }

  private static Proven proven(Found found, IdentityEntry entry) {
    return new Proven(
        found.identity(),
        entry,
        Map.<String, Object>copyOf(found.attributes()),
        Optional.empty(),
        found.until());
  }

  private Uni<Outcome<Proven>> refuse(
      Found found, String why, long policyVersion, String requestId) {
    var told = new JoinEvents.Told(found.id(), found.identity(), "system:identity", why, requestId);
    return database
        .inTransaction(
            tx ->
                tx.preparedQuery(REFUSE)
                    .execute(Tuple.of(found.id().value()))
                    .chain(
                        first ->
                            first.rowCount() == 1
                                ? audit.append(tx, JoinEvents.refused(told, policyVersion))
                                : Uni.createFrom().voidItem()))
        .replaceWith(refused("join token " + found.id() + " " + why));
  }

  private static Buffer hash(String token) {
    return Buffer.buffer(OpaqueToken.hash(token));
  }

  private static Outcome<Proven> refused(String why) {
    return Outcome.refused(new Refusal.BadGrant("join-token-refused", why));
  }
}
