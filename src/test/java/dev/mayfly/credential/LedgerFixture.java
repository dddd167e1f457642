package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.TestDatabase;
import dev.mayfly.store.Uuids;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A ledger on a real database with one identity, one key, one list, and policy version 1 active.
 */
public final class LedgerFixture implements AutoCloseable {

  public static final Instant START = Instant.parse("2030-01-01T12:00:00Z");
  public static final KeyId KEY = new KeyId("test-key");
  private static final int LIST_SIZE = 1 << 20;
  private static final String NAME = "spiffe://acme.example/shop/checkout";

  private final TestDatabase test = TestDatabase.fresh();
  private final InstantSource clock = Clock.systemUTC();
  private final IdentityId identity = new IdentityId(Uuids.next(clock));
  private final Ledger ledger = newLedger();
  private final AtomicInteger nextIndex = new AtomicInteger();

  public LedgerFixture() {
    test.useTestClock();
    test.setClock(START);
    test.execute(
        """
        INSERT INTO policy_versions VALUES (1, '', '', mayfly_now(), 'test');
        INSERT INTO policy_active (version) VALUES (1);
        INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at, changed_at)
          VALUES ('%s', '%s', 'WORKLOAD', 'checkout', 'team-shop', 'production', mayfly_now() + interval '1 year',
                  mayfly_now() + interval '1 year', 'ACTIVE', mayfly_now(), mayfly_now());
        INSERT INTO key_rings VALUES ('jwt/ES256', 'jwt', 'ES256');
        INSERT INTO signing_keys (kid, ring, alg, state, prepared_at, published_version, activated_at, not_after, public_jwk, custody)
          VALUES ('test-key', 'jwt/ES256', 'ES256', 'ACTIVE', mayfly_now(), 1, mayfly_now(), mayfly_now() + interval '1 day', '{}', 'none');
        INSERT INTO lists (id, kind, uri, node_id, size, ends_at, state, content, opened_at) OVERRIDING SYSTEM VALUE
          VALUES (1, 'STATUS', 'http://test/status-lists/1', gen_random_uuid(), %d, mayfly_now() + interval '2 days', 'LIVE', '', mayfly_now());
        SELECT mayfly_make_partitions('credentials', interval '1 day', interval '7 days');
        SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '7 days');
        SELECT mayfly_make_partitions('outbox', interval '1 day', interval '7 days');
        SELECT mayfly_make_partitions('used_assertions', interval '1 hour', interval '1 day');
        """
            .formatted(identity, NAME, LIST_SIZE));
  }

  /** A ledger of its own on the same database: another node. */
  public Ledger newLedger() {
    CredentialConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(CredentialConfig.class)
            .build()
            .getConfigMapping(CredentialConfig.class);
    return new Ledger(test.database(), clock, config, new SimpleMeterRegistry());
  }

  public TestDatabase test() {
    return test;
  }

  public Ledger ledger() {
    return ledger;
  }

  public IdentityId identity() {
    return identity;
  }

  /** An ACTIVE standing grant over a role of its own, of the given length. */
  public GrantId grant(String role, Duration length) {
    GrantId id = new GrantId(Uuids.next(clock));
    test.execute(
        """
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                            authority_ends_at, deadline, policy_version)
        SELECT '%s', '%s', '%s', 'STANDING', 'ACTIVE', e.at - mayfly_now(), mayfly_now(), mayfly_now(), e.at, e.at, e.at, 1
        FROM (SELECT mayfly_now() + interval '%d seconds' AS at) e
        """
            .formatted(id, identity, role, length.toSeconds()));
    return id;
  }

  /** An entry of five minutes on a place of its own. */
  public Entry entry(GrantId grant) {
    return entry(grant, Duration.ofMinutes(5), Optional.empty(), Optional.empty());
  }

  public Entry entry(
      GrantId grant,
      Duration ttl,
      Optional<Entry.SingleUse> assertion,
      Optional<Entry.Idempotency> idempotency) {
    return entry(grant, ttl, Optional.empty(), assertion, idempotency);
  }

  /** One that is bound to a key. */
  Entry bound(GrantId grant, String jkt) {
    return entry(
        grant, Duration.ofMinutes(5), Optional.of(jkt), Optional.empty(), Optional.empty());
  }

  private Entry entry(
      GrantId grant,
      Duration ttl,
      Optional<String> jkt,
      Optional<Entry.SingleUse> assertion,
      Optional<Entry.Idempotency> idempotency) {
    return new Entry(
        new CredentialId(Uuids.next(clock)),
        grant,
        identity,
        NAME,
        "JWT",
        KEY,
        1,
        ttl,
        "https://orders.acme.example",
        "orders:read",
        new Slot(new ListId(1), "http://test/status-lists/1", nextIndex.getAndIncrement()),
        jkt,
        assertion,
        idempotency,
        "test-request",
        false,
        Optional.empty());
  }

  public Verdict record(Entry entry) {
    return ledger.record(entry).await().atMost(Duration.ofSeconds(20));
  }

  /** The one number that a query gives. */
  public long count(String sql) {
    return test.count(sql);
  }

  @Override
  public void close() {
    test.close();
  }
}
