package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.GRACE;
import static dev.mayfly.identity.TestPolicy.NOW;
import static dev.mayfly.identity.TestPolicy.REVIEW_AT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.identity.Identities.Mover;
import dev.mayfly.identity.IdentityQueries.Filter;
import dev.mayfly.identity.IdentityQueries.Listed;
import dev.mayfly.identity.ReviewWatch.Review;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
import dev.mayfly.store.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of identities on a real database. */
class IdentitiesTest {

  private static final String NAME = "spiffe://td.example/shop/checkout";
  private static final Mover OPERATOR =
      new Mover("spiffe://td.example/ops", "left the company", "r-1");

  private final TestDatabase test = TestDatabase.fresh();
  private final TestClock clock = new TestClock(NOW);
  private final Identities identities = node();

  @BeforeEach
  void setClock() {
    test.useTestClock();
    at(NOW);
    test.execute(
        "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '1 day')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  /** Another node: it remembers nothing of what the first one knows. */
  private Identities node() {
    return new Identities(test.database(), new AuditLog(clock), clock, IdentityLimits.defaults());
  }

  private void at(Instant now) {
    clock.set(now);
    test.setClock(now);
    test.execute(
        "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '1 day')");
  }

  private static TestPolicy policy() {
    return new TestPolicy().client(NAME, Set.of("ES256"));
  }

  private static Proven proven(String name, CompiledPolicy policy) {
    return new Proven(
        name, policy.client(NAME).orElseThrow(), Map.of(), Optional.empty(), NOW.plusSeconds(60));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private Outcome<IdentityId> idOf(Identities node, TestPolicy policy) {
    CompiledPolicy compiled = policy.compiled();
    return await(node.idOf(proven(NAME, compiled), compiled));
  }

  private static IdentityId ok(Outcome<IdentityId> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<IdentityId>) outcome).value();
  }

  private static Refusal refused(Outcome<IdentityId> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused<IdentityId>) outcome).refusal();
  }

  private Outcome<IdentityId> move(IdentityId id, IdentityState from, IdentityState to) {
    return await(test.database().inTransaction(c -> identities.move(c, id, from, to, OPERATOR)));
  }

  private Listed listed(IdentityId id) {
    return page(
            new Filter(Optional.empty(), Optional.empty(), Optional.empty()), 100, Optional.empty())
        .items()
        .stream()
        .filter(row -> row.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Page<Listed> page(Filter filter, int limit, Optional<String> after) {
    var queries = new IdentityQueries(test.database(), IdentityLimits.defaults());
    return await(queries.list(filter, new Page.Request(limit, after)));
  }

  private List<String> audit() {
    List<String> events = new ArrayList<>();
    try (var connection = test.connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT action, actor, cause, subject FROM audit_events ORDER BY at, id")) {
      while (rows.next()) {
        events.add(rows.getString(1) + " by " + rows.getString(2) + ": " + rows.getString(3));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return events;
  }

  @Test
  void rowIsMadeOnce_whenANameIsSeenFirst() {
    IdentityId id = ok(idOf(identities, policy()));
    assertThat(ok(idOf(identities, policy()))).isEqualTo(id);
    assertThat(ok(idOf(node(), policy()))).isEqualTo(id);
    Listed row = listed(id);
    assertThat(row.name()).isEqualTo(NAME);
    assertThat(row.owner()).isEqualTo("team-payments");
    assertThat(row.environment()).isEqualTo("prod");
    assertThat(row.reviewAt()).isEqualTo(REVIEW_AT);
    assertThat(row.mintUntil()).isEqualTo(REVIEW_AT.plus(GRACE));
    assertThat(row.state()).isEqualTo(IdentityState.ACTIVE);
    assertThat(audit()).containsExactly("identity.create by " + NAME + ": first proof");
  }

  /** Rule 8: one event, whoever of many nodes made the row. */
  @Test
  void rowIsMadeOnce_whenManyNodesSeeTheNameAtOnce() {
    CompiledPolicy policy = policy().compiled();
    List<Uni<Outcome<IdentityId>>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(node().idOf(proven(NAME, policy), policy));
    }
    List<Outcome<IdentityId>> ids = await(Uni.join().all(all).andFailFast());
    Set<IdentityId> distinct = new HashSet<>();
    ids.forEach(id -> distinct.add(ok(id)));
    assertThat(distinct).hasSize(1);
    assertThat(audit()).hasSize(1);
  }

  @Test
  void idIsRemembered_withoutAskingTheDatabase() {
    IdentityId id = ok(idOf(identities, policy()));
    test.execute("ALTER TABLE identities RENAME TO identities_away");
    assertThat(ok(idOf(identities, policy()))).isEqualTo(id);
  }

  @Test
  void rowFollowsThePolicy_andNotAnOlderOne() {
    IdentityId id = ok(idOf(identities, policy()));
    Instant later = REVIEW_AT.plus(Duration.ofDays(30));
    activate(2);
    TestPolicy next = new TestPolicy().revision(2).reviewAt(later).client(NAME, Set.of("ES256"));
    ok(idOf(identities, next));
    assertThat(listed(id).reviewAt()).isEqualTo(later);
    assertThat(listed(id).mintUntil()).isEqualTo(later.plus(GRACE));
    ok(idOf(node(), policy().revision(1)));
    assertThat(listed(id).reviewAt()).isEqualTo(later);
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "identity.create by " + NAME + ": first proof",
            "identity.describe by " + NAME + ": policy changed");
  }

  private void activate(long version) {
    test.execute(
        """
        INSERT INTO policy_versions VALUES (%1$d, '', '', now(), 'test');
        INSERT INTO policy_active (version) VALUES (%1$d)
        """
            .formatted(version));
  }

  /** Boundary: in the very instant that the grace ends nothing is minted any more. */
  @Test
  void rowSaysWhatTheDecidingPolicySays_whenTheProofWasReadUnderAnEarlierOne() {
    CompiledPolicy earlier = policy().compiled();
    Proven proven = proven(NAME, earlier);
    IdentityId id = ok(await(identities.idOf(proven, earlier)));
    Instant sooner = REVIEW_AT.minus(Duration.ofDays(30));
    activate(2);
    CompiledPolicy next =
        new TestPolicy().revision(2).reviewAt(sooner).client(NAME, Set.of("ES256")).compiled();
    ok(await(identities.idOf(proven, next)));
    assertThat(listed(id).reviewAt()).isEqualTo(sooner);
    assertThat(listed(id).mintUntil()).isEqualTo(sooner.plus(GRACE));
    CompiledPolicy without = new TestPolicy().revision(3).compiled();
    assertThat(refused(await(identities.idOf(proven, without))).code())
        .isEqualTo("identity-unknown");
  }

  @Test
  void identityIsRefused_whenItsReviewAndGraceAreOver() {
    Instant end = REVIEW_AT.plus(GRACE);
    at(end.minusMillis(1));
    ok(idOf(identities, policy()));
    at(end);
    assertThat(refused(idOf(node(), policy())).code()).isEqualTo("review-overdue");
  }

  @Test
  void identityIsRefused_whenItIsNotActive() {
    IdentityId id = ok(idOf(identities, policy()));
    ok(move(id, IdentityState.ACTIVE, IdentityState.SUSPENDED));
    assertThat(refused(idOf(node(), policy()))).isInstanceOf(Refusal.Denied.class);
    ok(move(id, IdentityState.SUSPENDED, IdentityState.ACTIVE));
    ok(idOf(node(), policy()));
    ok(move(id, IdentityState.ACTIVE, IdentityState.SUSPENDED));
    ok(move(id, IdentityState.SUSPENDED, IdentityState.RETIRED));
    assertThat(refused(idOf(node(), policy())).code()).isEqualTo("identity-not-active");
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "identity.create by " + NAME + ": first proof",
            "identity.suspend by spiffe://td.example/ops: left the company",
            "identity.resume by spiffe://td.example/ops: left the company",
            "identity.suspend by spiffe://td.example/ops: left the company",
            "identity.retire by spiffe://td.example/ops: left the company");
  }

  @Test
  void identityRetiresForGood_withoutBeingSuspendedFirst() {
    IdentityId id = ok(idOf(identities, policy()));
    ok(move(id, IdentityState.ACTIVE, IdentityState.RETIRED));
    refused(move(id, IdentityState.RETIRED, IdentityState.ACTIVE));
    refused(move(id, IdentityState.RETIRED, IdentityState.SUSPENDED));
    assertThat(listed(id).state()).isEqualTo(IdentityState.RETIRED);
  }

  @Test
  void moveIsRefused_whenTheIdentityStandsElsewhereOrTheMachineForbidsIt() {
    IdentityId id = ok(idOf(identities, policy()));
    for (IdentityState from : IdentityState.values()) {
      for (IdentityState to : IdentityState.values()) {
        boolean right = from == IdentityState.ACTIVE && to != IdentityState.ACTIVE;
        if (!right) {
          assertThat(refused(move(id, from, to))).isInstanceOf(Refusal.Conflict.class);
        }
      }
    }
    IdentityId nobody = new IdentityId(UUID.randomUUID());
    refused(move(nobody, IdentityState.ACTIVE, IdentityState.SUSPENDED));
    assertThat(audit()).hasSize(1);
    assertThat(listed(id).state()).isEqualTo(IdentityState.ACTIVE);
  }

  @Test
  void oneMoveWins_whenTwoCompete() {
    IdentityId id = ok(idOf(identities, policy()));
    List<Outcome<IdentityId>> both =
        await(
            Uni.join()
                .all(
                    test.database()
                        .inTransaction(
                            c ->
                                identities.move(
                                    c,
                                    id,
                                    IdentityState.ACTIVE,
                                    IdentityState.SUSPENDED,
                                    OPERATOR)),
                    test.database()
                        .inTransaction(
                            c ->
                                identities.move(
                                    c,
                                    id,
                                    IdentityState.ACTIVE,
                                    IdentityState.SUSPENDED,
                                    OPERATOR)))
                .andFailFast());
    assertThat(both.stream().filter(Outcome.Ok.class::isInstance)).hasSize(1);
    assertThat(audit()).hasSize(2);
  }

  @Test
  void pagesFollowEachOther_andFiltersNarrow() {
    CompiledPolicy policy = policy().compiled();
    List<IdentityId> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clock.pass(Duration.ofMillis(5));
      made.add(ok(await(identities.idOf(proven(NAME + i, policy), policy))));
    }
    Filter none = new Filter(Optional.empty(), Optional.empty(), Optional.empty());
    Page<Listed> first = page(none, 3, Optional.empty());
    Page<Listed> second = page(none, 3, first.next());
    List<IdentityId> all = new ArrayList<>();
    first.items().forEach(one -> all.add(one.id()));
    second.items().forEach(one -> all.add(one.id()));
    assertThat(all.reversed()).isEqualTo(made);
    assertThat(second.next()).isEmpty();
    ok(move(made.get(1), IdentityState.ACTIVE, IdentityState.SUSPENDED));
    Filter suspended =
        new Filter(
            Optional.of(NAME + "1"),
            Optional.of("team-payments"),
            Optional.of(IdentityState.SUSPENDED));
    assertThat(page(suspended, 10, Optional.empty()).items())
        .extracting(Listed::id)
        .containsExactly(made.get(1));
  }

  /** Boundary: due in the very instant that lies the warning's length before the review. */
  @Test
  void reviewIsDue_fromTheWarningOn() {
    IdentityId id = ok(idOf(identities, policy()));
    Instant due = REVIEW_AT.minus(Duration.ofDays(30));
    test.setClock(due.minusMillis(1));
    assertThat(listed(id).reviewDue()).isFalse();
    test.setClock(due);
    assertThat(listed(id).reviewDue()).isTrue();
    test.setClock(REVIEW_AT.plusSeconds(1));
    assertThat(listed(id).reviewDue()).isTrue();
  }

  @Test
  void metricSaysHowManyReviewsAreDue() {
    var metrics = new SimpleMeterRegistry();
    var watch = new ReviewWatch(test.database(), IdentityLimits.defaults(), metrics);
    ok(idOf(identities, policy()));
    assertThat(reviews(watch, metrics)).isEqualTo("1 0 0");
    at(REVIEW_AT.minus(Duration.ofDays(30)).minusMillis(1));
    assertThat(reviews(watch, metrics)).isEqualTo("0 0 0");
    at(REVIEW_AT.minus(Duration.ofDays(30)));
    assertThat(reviews(watch, metrics)).isEqualTo("1 0 0");
    at(REVIEW_AT);
    assertThat(reviews(watch, metrics)).isEqualTo("0 1 0");
    at(REVIEW_AT.plus(GRACE));
    assertThat(reviews(watch, metrics)).isEqualTo("0 0 1");
  }

  private static String reviews(ReviewWatch watch, SimpleMeterRegistry metrics) {
    await(watch.count());
    StringBuilder text = new StringBuilder();
    for (Review review : Review.values()) {
      double count =
          metrics.get("mayfly.identity.reviews").tag("review", review.name()).gauge().value();
      text.append((int) count).append(' ');
    }
    return text.toString().strip();
  }
}
