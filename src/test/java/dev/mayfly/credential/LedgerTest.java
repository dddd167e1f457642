package dev.mayfly.credential;

import static dev.mayfly.credential.LedgerFixture.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.Meeting;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final LedgerFixture fixture = new LedgerFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void entryIsRecordedWithItsAuditEvent_whenItsGrantIsLive_rules1and2and8() {
    Entry entry = fixture.entry(fixture.grant("orders-read", HOUR));

    assertThat(fixture.record(entry))
        .isEqualTo(new Verdict.Recorded(START, START.plus(Duration.ofMinutes(5))));
    assertThat(fixture.count("SELECT count(*) FROM credentials WHERE id = '" + entry.id() + "'"))
        .isEqualTo(1);
    assertThat(
            fixture.count(
                "SELECT count(*) FROM audit_events WHERE action = 'credential.mint' AND subject = 'credential:"
                    + entry.id()
                    + "'"))
        .isEqualTo(1);
  }

  /** Whoever ends grants takes them so, too: neither waits for the other for ever. */
  @Test
  void grantsAreTakenInTheOrderInWhichTheyWereMade_whateverTheirIdsSay() throws SQLException {
    GrantId warm = fixture.grant("warm", HOUR);
    GrantId first = withId(new UUID(-1, Long.MIN_VALUE), fixture.grant("one", HOUR));
    GrantId second = withId(new UUID(1, Long.MIN_VALUE), fixture.grant("two", HOUR));
    Uni<List<Verdict>> batch =
        Uni.join()
            .all(
                Stream.of(warm, second, first) // while the one is on its way, the others gather
                    .map(grant -> fixture.ledger().record(fixture.entry(grant)))
                    .toList())
            .andFailFast();
    assertThat(new Meeting(fixture.test()).at(Meeting.grant(first), Meeting.grant(second), batch))
        .hasOnlyElementsOfType(Verdict.Recorded.class);
  }

  private GrantId withId(UUID id, GrantId grant) {
    fixture.test().execute("UPDATE grants SET id = '%s' WHERE id = '%s'".formatted(id, grant));
    return new GrantId(id);
  }

  @Test
  void nothingIsRecorded_whenThereIsNoSuchGrant_rule1() {
    Entry entry = fixture.entry(new GrantId(Uuids.next(Clock.systemUTC())));

    assertThat(fixture.record(entry)).isEqualTo(rejected(Verdict.Reason.GRANT));
    assertThat(fixture.count("SELECT count(*) FROM credentials")).isZero();
    assertThat(fixture.count("SELECT count(*) FROM audit_events")).isZero();
  }

  @Test
  void grantIsDeadAtItsVeryEnd_andAliveJustBefore_rule3() {
    GrantId grant = fixture.grant("orders-read", HOUR);

    fixture.test().setClock(START.plus(HOUR).minusSeconds(1));
    assertThat(fixture.record(fixture.entry(grant)))
        .as("the credential ends with its grant (rule 4)")
        .isEqualTo(new Verdict.Recorded(START.plus(HOUR).minusSeconds(1), START.plus(HOUR)));

    fixture.test().setClock(START.plus(HOUR));
    assertThat(fixture.record(fixture.entry(grant))).isEqualTo(rejected(Verdict.Reason.GRANT));
  }

  @Test
  void renewalIsAskedFor_whenTheGrantEndsTooSoonButItsAuthorityGoesOn() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    fixture
        .test()
        .execute("UPDATE grants SET authority_ends_at = authority_ends_at + interval '1 day'");

    fixture.test().setClock(START.plus(HOUR).minusSeconds(60));

    assertThat(fixture.record(fixture.entry(grant))).isEqualTo(rejected(Verdict.Reason.RENEW));
  }

  @Test
  void credentialEndsWithTheKeyThatSignsIt_rule4() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    fixture
        .test()
        .execute("UPDATE signing_keys SET not_after = mayfly_now() + interval '90 seconds'");

    assertThat(fixture.record(fixture.entry(grant)))
        .isEqualTo(new Verdict.Recorded(START, START.plusSeconds(90)));
  }

  @Test
  void eachOldViewIsNamed_whenIdentityPolicyKeyOrListIsNotWhatTheNodeThought() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    assertRejectedAfter("UPDATE signing_keys SET state = 'RETIRING'", grant, Verdict.Reason.KEY);
    assertRejectedAfter(
        "INSERT INTO policy_versions VALUES (2, '', '', mayfly_now(), 'test'); UPDATE policy_active SET version = 2",
        grant,
        Verdict.Reason.POLICY);
    assertRejectedAfter(
        "UPDATE identities SET state = 'SUSPENDED'", grant, Verdict.Reason.IDENTITY);
  }

  @Test
  void entryIsRejected_whenTheListEndsBeforeTheCredential() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    assertRejectedAfter(
        "UPDATE lists SET ends_at = mayfly_now() + interval '4 minutes'",
        grant,
        Verdict.Reason.LIST);
  }

  private void assertRejectedAfter(String sql, GrantId grant, Verdict.Reason reason) {
    fixture.test().execute(sql);
    assertThat(fixture.record(fixture.entry(grant))).isEqualTo(rejected(reason));
  }

  @Test
  void assertionIsTakenOnce_whenManyNodesSeeItAtOnce() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var assertion = Optional.of(new Entry.SingleUse(Uuids.hash("a"), START.plusSeconds(60)));
    List<Ledger> nodes = IntStream.range(0, 4).mapToObj(i -> fixture.newLedger()).toList();

    List<Verdict> verdicts =
        Uni.join()
            .all(
                IntStream.range(0, 40)
                    .mapToObj(
                        i ->
                            nodes
                                .get(i % nodes.size())
                                .record(
                                    fixture.entry(
                                        grant, Duration.ofMinutes(5), assertion, Optional.empty())))
                    .toList())
            .andFailFast()
            .await()
            .atMost(Duration.ofSeconds(20));

    assertThat(verdicts).filteredOn(v -> v instanceof Verdict.Recorded).hasSize(1);
    assertThat(verdicts).filteredOn(rejected(Verdict.Reason.REPLAYED)::equals).hasSize(39);
    assertThat(fixture.count("SELECT count(*) FROM credentials")).isEqualTo(1);
  }

  /** One request that cannot even be sent must not stop the lane for good. */
  @Test
  void ledgerGoesOn_whenAnEntryCannotBeSent() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    Entry impossible =
        fixture.entry(grant, Duration.ofDays(999_999), Optional.empty(), Optional.empty());

    assertThatThrownBy(() -> fixture.record(impossible)).isInstanceOf(ArithmeticException.class);

    assertThat(fixture.record(fixture.entry(grant))).isInstanceOf(Verdict.Recorded.class);
  }

  /** A flood of one assertion must not fill the queue that everybody waits in. */
  @Test
  void othersAreServed_whenOneAssertionIsShownMoreOftenThanTheQueueIsLong() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var assertion = Optional.of(new Entry.SingleUse(Uuids.hash("a"), START.plusSeconds(60)));
    List<Uni<Verdict>> flood = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      flood.add(
          fixture
              .ledger()
              .record(fixture.entry(grant, Duration.ofMinutes(5), assertion, Optional.empty())));
    }
    flood.add(fixture.ledger().record(fixture.entry(grant)));

    List<Verdict> verdicts =
        Uni.join().all(flood).andFailFast().await().atMost(Duration.ofSeconds(20));

    assertThat(verdicts.getLast()).isInstanceOf(Verdict.Recorded.class);
    assertThat(verdicts).filteredOn(v -> v instanceof Verdict.Recorded).hasSize(2);
    assertThat(verdicts).filteredOn(rejected(Verdict.Reason.REPLAYED)::equals).hasSize(5999);
  }

  /** The same with many assertions under one key: few may wait, and the rest are told at once. */
  @Test
  void othersAreServed_whenOneIdempotencyKeyIsShownMoreOftenThanTheQueueIsLong() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var key = Optional.of(new Entry.Idempotency(Uuids.hash("k"), Uuids.hash("question")));
    Entry mine = fixture.entry(grant, Duration.ofMinutes(5), Optional.empty(), key);
    List<Uni<Optional<Verdict>>> flood =
        IntStream.range(0, 6000)
            .mapToObj(i -> fixture.ledger().record(mine).map(Optional::of))
            .map(
                verdict ->
                    verdict.onFailure(LedgerBusy.class).recoverWithItem(Optional.<Verdict>empty()))
            .toList();
    Uni<Verdict> other = fixture.ledger().record(fixture.entry(grant));

    var all = Uni.join().all(flood).andFailFast().subscribeAsCompletionStage();
    assertThat(other.await().atMost(Duration.ofSeconds(20))).isInstanceOf(Verdict.Recorded.class);
    List<Optional<Verdict>> verdicts = all.join();

    assertThat(verdicts)
        .filteredOn(v -> v.equals(Optional.of(new Verdict.Redeliver())))
        .isNotEmpty();
    assertThat(verdicts).filteredOn(Optional::isEmpty).isNotEmpty();
    assertThat(verdicts)
        .filteredOn(v -> v.filter(Verdict.Recorded.class::isInstance).isPresent())
        .hasSize(1);
    assertThat(fixture.record(mine)).as("room again").isEqualTo(new Verdict.Redeliver());
  }

  @Test
  void assertionIsRefused_whenItsIdWasUsedWithAnotherEnd() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var key = Uuids.hash("a");
    var ends = List.of(START.plusSeconds(60), START.plusSeconds(4000));

    List<Verdict> verdicts =
        ends.stream()
            .map(
                end ->
                    fixture.record(
                        fixture.entry(
                            grant,
                            Duration.ofMinutes(5),
                            Optional.of(new Entry.SingleUse(key, end)),
                            Optional.empty())))
            .toList();

    assertThat(verdicts.get(0)).isInstanceOf(Verdict.Recorded.class);
    assertThat(verdicts.get(1)).isEqualTo(rejected(Verdict.Reason.REPLAYED));
  }

  @Test
  void assertionIsRefusedAndNobodyElseWithIt_whenItEndedByTheDatabasesClock() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var longGone =
        Optional.of(new Entry.SingleUse(Uuids.hash("a"), START.minus(HOUR.multipliedBy(50))));
    var justOver = Optional.of(new Entry.SingleUse(Uuids.hash("b"), START));
    Entry good = fixture.entry(grant);

    List<Verdict> verdicts =
        Uni.join()
            .all(
                fixture.ledger().record(fixture.entry(grant, HOUR, longGone, Optional.empty())),
                fixture.ledger().record(fixture.entry(grant, HOUR, justOver, Optional.empty())),
                fixture.ledger().record(good))
            .andFailFast()
            .await()
            .atMost(Duration.ofSeconds(20));

    assertThat(verdicts.subList(0, 2)).containsOnly(rejected(Verdict.Reason.REPLAYED));
    assertThat(verdicts.get(2)).isInstanceOf(Verdict.Recorded.class);
  }

  @Test
  void sameIdempotencyKeyMakesOneRow_whenManyNodesSeeItAtOnce() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    var idempotency = Optional.of(new Entry.Idempotency(Uuids.hash("k"), Uuids.hash("question")));
    List<Ledger> nodes = IntStream.range(0, 4).mapToObj(i -> fixture.newLedger()).toList();

    List<Verdict> verdicts =
        Uni.join()
            .all(
                IntStream.range(0, 40)
                    .mapToObj(
                        i ->
                            nodes
                                .get(i % nodes.size())
                                .record(
                                    fixture.entry(
                                        grant,
                                        Duration.ofMinutes(5),
                                        Optional.empty(),
                                        idempotency)))
                    .toList())
            .andFailFast()
            .await()
            .atMost(Duration.ofSeconds(20));

    assertThat(verdicts).filteredOn(v -> v instanceof Verdict.Recorded).hasSize(1);
    assertThat(verdicts)
        .filteredOn(v -> !(v instanceof Verdict.Recorded))
        .allMatch(
            v ->
                v instanceof Verdict.Redeliver
                    || v.equals(rejected(Verdict.Reason.IDEMPOTENCY_RACE)));
    assertThat(fixture.count("SELECT count(*) FROM credentials")).isEqualTo(1);
  }

  @Test
  void idempotencyKeyIsRefused_whenItAsksForSomethingElse_andFreeAgain_whenItsWindowIsOver() {
    GrantId grant = fixture.grant("orders-read", Duration.ofHours(3));
    var key = Uuids.hash("k");
    var first = Optional.of(new Entry.Idempotency(key, Uuids.hash("one question")));
    var other = Optional.of(new Entry.Idempotency(key, Uuids.hash("another question")));
    Duration ttl = Duration.ofMinutes(5);

    assertThat(fixture.record(fixture.entry(grant, ttl, Optional.empty(), first)))
        .isInstanceOf(Verdict.Recorded.class);
    assertThat(fixture.record(fixture.entry(grant, ttl, Optional.empty(), other)))
        .isEqualTo(rejected(Verdict.Reason.IDEMPOTENCY_MISMATCH));

    fixture.test().setClock(START.plus(Duration.ofMinutes(10)));
    assertThat(fixture.record(fixture.entry(grant, ttl, Optional.empty(), other)))
        .isInstanceOf(Verdict.Recorded.class);
  }

  @Test
  void keyThatACredentialIsBoundTo_standsInTheLedger() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    fixture.record(fixture.entry(grant));
    fixture.record(fixture.bound(grant, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));

    assertThat(fixture.count("SELECT count(*) FROM credentials WHERE jkt IS NULL")).isEqualTo(1);
    assertThat(
            fixture.count(
                "SELECT count(*) FROM credentials"
                    + " WHERE jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'"))
        .isEqualTo(1);
  }

  @Test
  void placeOnAListIsGivenOnce_whateverTheNodesBelieve_rule11() {
    GrantId grant = fixture.grant("orders-read", HOUR);
    Entry first = fixture.entry(grant);
    fixture.record(first);
    Entry second = fixture.entry(grant);
    Entry samePlace =
        new Entry(
            second.id(),
            second.grant(),
            second.identity(),
            second.name(),
            second.kind(),
            second.key(),
            second.policyVersion(),
            second.ttl(),
            second.audience(),
            second.scope(),
            first.slot(),
            second.jkt(),
            second.assertion(),
            second.idempotency(),
            second.requestId(),
            second.announce(),
            second.acting());

    Optional<Throwable> failure =
        Stream.of(samePlace)
            .map(entry -> fixture.ledger().record(entry).onItemOrFailure().transform((v, f) -> f))
            .map(uni -> Optional.ofNullable(uni.await().atMost(Duration.ofSeconds(20))))
            .findFirst()
            .orElseThrow();

    assertThat(failure).as("the primary key refuses the statement").isPresent();
    assertThat(fixture.count("SELECT count(*) FROM credentials")).isEqualTo(1);
  }

  private static Verdict rejected(Verdict.Reason reason) {
    return new Verdict.Rejected(reason);
  }
}
