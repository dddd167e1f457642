package dev.mayfly.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.audit.AuditQueries.Filter;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
import dev.mayfly.store.TestDatabase;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A long log is searched by its indexes; no search costs a mint an index entry. */
class AuditQueriesTest {

  private static final IdentityId BUSY = identity(1);
  private static final IdentityId RARE = identity(2);
  private static final GrantId GRANT = new GrantId(id(2));
  private static final Page.Request PAGE = new Page.Request(50, Optional.empty());

  /** Partitions for the days to come are empty, and read whole in no time. */
  private static final String EMPTY = "cost=0.00..0.00";

  private static TestDatabase test;
  private static AuditQueries queries;

  /** 30,000 mints of two hundred identities, three of them of a rare one, and a revocation. */
  @BeforeAll
  static void open() {
    test = TestDatabase.fresh();
    queries = new AuditQueries(test.database());
    test.execute(
        """
        INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at, changed_at)
        SELECT ('00000000-0000-0001-0000-' || lpad(n::text, 12, '0'))::uuid, 'spiffe://test/' || n, 'WORKLOAD', 'e', 'o', 'p', now() + interval '1 day',
               now() + interval '1 day', 'ACTIVE', now(), now() FROM generate_series(0, 199) n;
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at, authority_ends_at, policy_version)
        SELECT ('00000000-0000-0002-0000-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-0001-0000-' || lpad(n::text, 12, '0'))::uuid, 'r', 'STANDING', 'ACTIVE', '1 day',
               now() - interval '1 hour', now() - interval '1 hour', now() + interval '1 hour', now() + interval '1 hour', 1
          FROM generate_series(0, 199) n;
        CREATE TEMP TABLE minted AS
        SELECT n, ('00000000-0000-0003-0000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
               now() - interval '40 minutes' + n * interval '20 milliseconds' AS at,
               CASE WHEN n % 10000 = 777 THEN 2 WHEN n % 200 = 2 THEN 1 ELSE n % 200 END AS who
          FROM generate_series(1, 30000) n;
        INSERT INTO credentials (id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at, list_id, list_idx, list_ends_at, policy_version)
        SELECT id, ('00000000-0000-0002-0000-' || lpad(who::text, 12, '0'))::uuid, ('00000000-0000-0001-0000-' || lpad(who::text, 12, '0'))::uuid, 'JWT', 'k', 'a', 's',
               date_trunc('second', at), at + interval '5 minutes', 1, n, now() + interval '1 hour', 1 FROM minted;
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version)
        SELECT gen_random_uuid(), at, 'credential.mint', 'SUCCESS', 'spiffe://test/' || who, 'asked', 'credential:' || id,
               ('00000000-0000-0001-0000-' || lpad(who::text, 12, '0'))::uuid, ('00000000-0000-0002-0000-' || lpad(who::text, 12, '0'))::uuid, 1 FROM minted;
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version)
        SELECT gen_random_uuid(), now(), 'credential.revoke', 'SUCCESS', 'spiffe://test/op', 'lost', 'credential:' || id,
               '00000000-0000-0001-0000-000000000002', '00000000-0000-0002-0000-000000000002', 1 FROM minted WHERE n = 777;
        """);
    test.execute("ANALYZE");
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @Test
  void credentialsWholeLifeIsFound_byItsSubject() {
    Filter filter = filter(Optional.of(subject()), Optional.empty(), Optional.empty());
    assertThat(actions(filter)).containsExactly("credential.revoke", "credential.mint");
    assertThat(plan(filter)).as(plan(filter)).doesNotContain("Seq Scan on audit_events");
  }

  @Test
  void mintsAndTheRestAreFound_byIdentity() {
    Filter rare = filter(Optional.empty(), Optional.empty(), Optional.of(RARE));
    assertThat(actions(rare))
        .containsExactly(
            "credential.revoke", "credential.mint", "credential.mint", "credential.mint");
    assertThat(plan(rare)).as(plan(rare)).doesNotContain("Seq Scan on audit_events");

    Filter busy = filter(Optional.empty(), Optional.empty(), Optional.of(BUSY));
    assertThat(actions(busy)).hasSize(50);
    assertThat(plan(busy)).as(plan(busy)).doesNotContain("Seq Scan on audit_events");
  }

  @Test
  void pagesFollowEachOtherWithoutGapOrRepeat_byIdentity() {
    Filter rare = filter(Optional.empty(), Optional.empty(), Optional.of(RARE));
    List<UUID> seen = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      var page =
          queries.list(rare, new Page.Request(1, after)).await().atMost(Duration.ofSeconds(20));
      page.items().forEach(found -> seen.add(found.id().value()));
      after = page.next();
    } while (after.isPresent());
    assertThat(seen).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void otherSubjectsAndGrantsAreFound_byTheirIndexes() {
    for (Filter filter :
        List.of(
            filter(Optional.of("key:abc"), Optional.empty(), Optional.empty()),
            filter(Optional.of("credential:none"), Optional.empty(), Optional.empty()),
            filter(Optional.empty(), Optional.of(GRANT), Optional.empty()),
            filter(Optional.empty(), Optional.of(GRANT), Optional.of(RARE)))) {
      assertThat(plan(filter)).as(plan(filter)).doesNotContain("Seq Scan on audit_events");
    }
    assertThat(actions(filter(Optional.empty(), Optional.of(GRANT), Optional.of(RARE)))).hasSize(4);
  }

  private static String subject() {
    return "credential:" + "00000000-0000-0003-0000-%012x".formatted(777);
  }

  private static Filter filter(
      Optional<String> subject, Optional<GrantId> grant, Optional<IdentityId> identity) {
    return new Filter(subject, grant, identity, Optional.empty(), Optional.empty());
  }

  private static List<String> actions(Filter filter) {
    return queries.list(filter, PAGE).await().atMost(Duration.ofSeconds(20)).items().stream()
        .map(found -> found.event().action())
        .toList();
  }

  /** The plan that was run. */
  private static String plan(Filter filter) {
    var query = AuditQueries.query(filter, PAGE);
    Tuple values = query.parameters();
    var rows =
        test.database()
            .run("EXPLAIN ANALYZE " + query.sql(), values)
            .await()
            .atMost(Duration.ofSeconds(20));
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.getString(0))
        .filter(line -> !line.contains(EMPTY))
        .collect(Collectors.joining("\n"));
  }

  private static IdentityId identity(int number) {
    return new IdentityId(UUID.fromString("00000000-0000-0001-0000-00000000000" + number));
  }

  private static UUID id(int number) {
    return UUID.fromString("00000000-0000-0002-0000-00000000000" + number);
  }
}
