package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.grant.GrantConfig;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.TestDatabase;
import dev.mayfly.store.Uuids;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;

/** A real database with identities, grants, lists and credentials in it, for tests of this room. */
public final class RevocationWorld implements AutoCloseable {

  public static final String ACTOR = "spiffe://test/operator";

  private final TestDatabase test = TestDatabase.fresh();
  private final InstantSource clock = InstantSource.system();

  /** The key that has signed every credential here. */
  public final KeyId key = new KeyId("k".repeat(43));

  /** The key that signs every list here. */
  public final KeyId listKey = new KeyId("l".repeat(43));

  public RevocationWorld() {
    test.execute(
        """
        INSERT INTO key_rings (name, purpose, alg)
        VALUES ('jwt/ES256', 'jwt', 'ES256'), ('statuslist/ES256', 'statuslist', 'ES256')
          ON CONFLICT DO NOTHING;
        INSERT INTO signing_keys (kid, ring, alg, state, prepared_at, published_version, activated_at,
                                  not_after, public_jwk, custody)
        SELECT kid, ring, 'ES256', 'ACTIVE', mayfly_now(), 1, mayfly_now(), mayfly_now() + interval '1 day',
               '{}', 'test'
          FROM (VALUES ('%s', 'jwt/ES256'), ('%s', 'statuslist/ES256')) AS k (kid, ring)
        """
            .formatted(key, listKey));
  }

  public TestDatabase test() {
    return test;
  }

  public InstantSource clock() {
    return clock;
  }

  public Revocations revocations() {
    GrantConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(GrantConfig.class)
            .build()
            .getConfigMapping(GrantConfig.class);
    var machine = new GrantMachine(clock, config);
    var identities =
        new Identities(test.database(), new AuditLog(clock), clock, IdentityLimits.defaults());
    var record = new RevocationRecord(test.database(), new AuditLog(clock), clock);
    return new Revocations(
        test.database(),
        new Covering(test.database(), identities, new EndedGrants(machine), RevocationWorld::taint),
        record,
        (connection, key, actor, cause) -> Uni.createFrom().item(List.of()));
  }

  /** The key room's part of it, without its schedule and its successors. */
  private static Uni<Outcome<String>> taint(
      SqlConnection connection, KeyId id, KeyTaint.Lead lead, String actor, String cause) {
    return connection
        .preparedQuery(
            "UPDATE signing_keys SET state = 'TAINTED', tainted_at = mayfly_now()"
                + " WHERE kid = $1 AND state = 'ACTIVE'")
        .execute(Tuple.of(id.value()))
        .map(
            done ->
                done.rowCount() == 1
                    ? Outcome.ok("tainted")
                    : Outcome.refused(new Refusal.Conflict("key-tainted", "tainted already")));
  }

  public IdentityId identity() {
    IdentityId id = new IdentityId(Uuids.next(clock));
    test.execute(
        """
        INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state,
                                created_at, changed_at)
        VALUES ('%s', 'spiffe://test/%s', 'WORKLOAD', 'e', 'o', 'test', mayfly_now() + interval '1 day',
                mayfly_now() + interval '1 day', 'ACTIVE', mayfly_now(), mayfly_now())
        """
            .formatted(id, id));
    return id;
  }

  /** A live grant for a role of its own. */
  public GrantId grant(IdentityId identity) {
    GrantId id = new GrantId(Uuids.next(clock));
    test.execute(
        """
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at,
                            expires_at, authority_ends_at, policy_version)
        VALUES ('%s', '%s', '%s', 'STANDING', 'ACTIVE', interval '8 hours', mayfly_now(), mayfly_now(),
                mayfly_now() + interval '8 hours', mayfly_now() + interval '1 day', 1)
        """
            .formatted(id, identity, id));
    return id;
  }

  /** An open list that ends in half an hour, unsigned. */
  public ListId list(int size) {
    return list(size, "30 minutes");
  }

  public ListId list(int size, String endsIn) {
    return new ListId(
        Long.parseLong(
            ask(
                """
                INSERT INTO lists (kind, uri, node_id, size, ends_at, state, content, opened_at)
                VALUES ('STATUS', 'https://test/status-lists/' || gen_random_uuid(), gen_random_uuid(), %d,
                        mayfly_now() + interval '%s', 'LIVE', decode(repeat('00', %d), 'hex'), mayfly_now())
                RETURNING id
                """
                    .formatted(size, endsIn, size / 8))));
  }

  /** A credential that lives as long as its list. */
  public CredentialId credential(GrantId grant, ListId list, int index) {
    CredentialId id = new CredentialId(Uuids.next(clock));
    test.execute(insertCredential(id, grant, list, index));
    return id;
  }

  /** As the ledger's statement inserts it, without that statement's locks. */
  public String insertCredential(CredentialId id, GrantId grant, ListId list, int index) {
    return """
    INSERT INTO credentials (id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at,
                             list_id, list_idx, list_ends_at, policy_version)
    SELECT '%s', g.id, g.identity_id, 'JWT', '%s', 'https://a', 's', mayfly_now(), l.ends_at, l.id, %d,
           l.ends_at, 1
      FROM grants g, lists l WHERE g.id = '%s' AND l.id = %s
    """
        .formatted(id, key, index, grant, list);
  }

  /** The first column of the first row, as text. */
  public String ask(String sql) {
    try (Connection connection = test.connect();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public Outcome<Revocation> revoke(Target target) {
    return get(
        revocations().revoke(new RevocationRequest(target, "a test says so", ACTOR, "request-1")));
  }

  /** Revokes what must be revocable. */
  public Revocation revoked(Target target) {
    return switch (revoke(target)) {
      case Outcome.Ok<Revocation>(Revocation revocation) -> revocation;
      case Outcome.Refused<Revocation>(var refusal) ->
          throw new AssertionError(refusal.code() + ": " + refusal.why());
    };
  }

  public static <T> T get(Uni<T> uni) {
    return uni.await().atMost(java.time.Duration.ofSeconds(20));
  }

  @Override
  public void close() {
    test.close();
  }
}
