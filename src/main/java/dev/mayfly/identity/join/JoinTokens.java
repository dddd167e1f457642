package dev.mayfly.identity.join;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Database;
import dev.mayfly.store.JoinTokenId;
import dev.mayfly.store.Page;
import dev.mayfly.store.Query;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * Join tokens as operators deal with them: made, listed, withdrawn. Whoever holds one may once,
 * within minutes, prove the identity that it was made for ({@link Joining}).
 */
@ApplicationScoped
public class JoinTokens {

  private static final String MAKE =
      """
      INSERT INTO join_tokens (id, hash, identity, attributes, reason, made_at, made_by, until)
      VALUES ($1, $2, $3, $4, $5, mayfly_now(), $6, mayfly_now() + make_interval(secs => $7))
      RETURNING until
      """;

  /* By primary key. One that was used, or has run out, has nothing left to withdraw. */
  private static final String WITHDRAW =
      """
      UPDATE join_tokens SET withdrawn_at = mayfly_now()
       WHERE id = $1 AND used_at IS NULL AND withdrawn_at IS NULL AND until > mayfly_now()
      RETURNING identity
      """;

  private static final String EXISTS = "SELECT 1 FROM join_tokens WHERE id = $1";

  /* Newest first by primary key; those of one identity by join_tokens_by_identity. */
  private static final String SELECT =
      """
      SELECT * FROM (
        SELECT id, identity, attributes, reason, made_at, made_by, until, used_at, refused_at, withdrawn_at,
               CASE WHEN used_at IS NOT NULL THEN 'USED' WHEN withdrawn_at IS NOT NULL THEN 'WITHDRAWN'
                    WHEN until <= mayfly_now() THEN 'EXPIRED' ELSE 'LIVE' END AS state
          FROM join_tokens) tokens""";

  private final Database database;
  private final AuditLog audit;
  private final InstantSource clock;

  public JoinTokens(Database database, AuditLog audit, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
  }

  /** Where a token stands. */
  public enum State {
    LIVE,
    USED,
    EXPIRED,
    WITHDRAWN
  }

  /**
   * A token just made: the only time that anybody but its holder sees it.
   *
   * @param until from then on it is good for nothing
   */
  public record Made(JoinTokenId id, String token, Instant until) {

    /** Without the token. */
    @Override
    public String toString() {
      return "Made[" + id + "]";
    }
  }

  /** A token as its row says. */
  public record Listed(
      JoinTokenId id,
      String identity,
      Map<String, String> attributes,
      String reason,
      State state,
      Instant madeAt,
      String madeBy,
      Instant until,
      Optional<Instant> usedAt,
      Optional<Instant> refusedAt) {}

  /** Makes a token for an identity that the policy lets join. */
  public Uni<Outcome<Made>> make(JoinRequest request, CompiledPolicy policy) {
    return policy
        .joining(request.identity())
        .map(request::check)
        .orElseGet(
            () ->
                Outcome.refused(
                    new Refusal.Malformed(
                        "malformed-join-token",
                        "identity must be the SPIFFE ID of an entry that says join")))
        .thenUni(
            checked ->
                database.inTransaction(tx -> make(tx, checked, policy.version())).map(Outcome::ok));
  }

  private Uni<Made> make(SqlConnection tx, JoinRequest request, long policyVersion) {
    JoinTokenId id = new JoinTokenId(Uuids.next(clock));
    String token = OpaqueToken.fresh();
    JsonObject attributes = new JsonObject();
    request.attributes().forEach(attributes::put);
    return tx.preparedQuery(MAKE)
        .execute(
            Tuple.of(id.value(), Buffer.buffer(OpaqueToken.hash(token)), request.identity())
                .addValue(attributes)
                .addString(request.reason())
                .addString(request.actor())
                .addDouble(Seconds.of(request.ttl())))
        .map(rows -> rows.iterator().next().getOffsetDateTime("until").toInstant())
        .call(until -> audit.append(tx, JoinEvents.made(id, request, policyVersion)))
        .map(until -> new Made(id, token, until));
  }

  /** Takes a token back that nobody has used yet. */
  public Uni<Outcome<JoinTokenId>> withdraw(
      JoinTokenId id, String actor, String reason, long policyVersion, String requestId) {
    return database.inTransaction(
        tx ->
            tx.preparedQuery(WITHDRAW)
                .execute(Tuple.of(id.value()))
                .chain(
                    rows -> {
                      for (Row row : rows) {
                        var told =
                            new JoinEvents.Told(
                                id, row.getString("identity"), actor, reason, requestId);
                        return audit
                            .append(tx, JoinEvents.withdrawn(told, policyVersion))
                            .replaceWith(Outcome.ok(id));
                      }
                      return nothingToWithdraw(tx, id);
                    }));
  }

  private static Uni<Outcome<JoinTokenId>> nothingToWithdraw(SqlConnection tx, JoinTokenId id) {
    return tx.preparedQuery(EXISTS)
        .execute(Tuple.of(id.value()))
        .map(
            rows ->
                Outcome.refused(
                    rows.size() == 0
                        ? new Refusal.NotFound("not-found", "there is no such join token")
                        : new Refusal.Conflict(
                            "join-token-state",
                            "the join token was used or withdrawn before, or has expired")));
  }

  /** One page, newest first; the cursor is a token's id. */
  public Uni<Page<Listed>> list(
      Optional<String> identity, Optional<State> state, Page.Request page) {
    Query query =
        new Query(SELECT)
            .where("identity = ?", identity)
            .where("state = ?", state.map(Enum::name))
            .where("id < ?", page.after().map(Uuids::parse))
            .order("id DESC", page.rows());
    return database
        .run(query.sql(), query.parameters())
        .map(
            rows ->
                Page.of(
                    StreamSupport.stream(rows.spliterator(), false).map(JoinTokens::read).toList(),
                    page,
                    found -> found.id().toString()));
  }

  private static Listed read(Row row) {
    return new Listed(
        new JoinTokenId(row.getUUID("id")),
        row.getString("identity"),
        attributes(row),
        row.getString("reason"),
        State.valueOf(row.getString("state")),
        row.getOffsetDateTime("made_at").toInstant(),
        row.getString("made_by"),
        row.getOffsetDateTime("until").toInstant(),
        instant(row, "used_at"),
        instant(row, "refused_at"));
  }

  static Map<String, String> attributes(Row row) {
    Map<String, String> attributes = new TreeMap<>();
    row.getJsonObject("attributes")
        .forEach(one -> attributes.put(one.getKey(), String.valueOf(one.getValue())));
    return attributes;
  }

  private static Optional<Instant> instant(Row row, String column) {
    return Optional.ofNullable(row.getOffsetDateTime(column)).map(at -> at.toInstant());
  }
}
