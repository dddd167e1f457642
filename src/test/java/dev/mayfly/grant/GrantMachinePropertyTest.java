package dev.mayfly.grant;

import static dev.mayfly.credential.LedgerFixture.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.credential.LedgerFixture;
import dev.mayfly.credential.Verdict;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyDocument;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * Random interleavings of everything that can happen to a grant, sent from several nodes at once to
 * a real database whose clock the test moves, keep rules 3, 4 and 8.
 */
class GrantMachinePropertyTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Because TEST = new Because("spiffe://acme.example/test", "test", "");

  private static @Nullable LedgerFixture fixture;
  private static Instant now = START;

  @BeforeContainer
  static void open() {
    fixture = new LedgerFixture();
  }

  @AfterContainer
  static void close() {
    fixture.close();
  }

  /** One thing that somebody does; steps of one group are sent at the same moment. */
  sealed interface Step {
    record Moving(Move move) implements Step {}

    record Minting(int seconds) implements Step {}

    record Reaping() implements Step {}
  }

  /** What is sent together, and how long nothing happens afterwards. */
  record Moment(List<Step> together, int thenSeconds) {}

  @Provide
  Arbitrary<List<Moment>> lives() {
    Arbitrary<Step> moving = Arbitraries.of(Move.class).map(Step.Moving::new);
    Arbitrary<Step> minting = Arbitraries.integers().between(1, 600).map(Step.Minting::new);
    Arbitrary<Step> reaping = Arbitraries.just(new Step.Reaping());
    Arbitrary<Step> step =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(4, moving),
            net.jqwik.api.Tuple.of(4, minting),
            net.jqwik.api.Tuple.of(1, reaping));
    Arbitrary<Integer> pause = Arbitraries.of(0, 0, 1, 59, 60, 299, 300, 3600, 7_300);
    return net.jqwik.api.Combinators.combine(step.list().ofMinSize(1).ofMaxSize(4), pause)
        .as(Moment::new)
        .list()
        .ofMinSize(3)
        .ofMaxSize(14);
  }

  @Property(tries = 100, shrinking = ShrinkingMode.BOUNDED)
  void everyLifeKeepsTheRules(
      @ForAll("lives") List<Moment> life, @ForAll boolean approvedFirst, @ForAll boolean later) {
    now = START;
    fixture.test().setClock(now);
    GrantId grant = file(later);
    if (approvedFirst) {
      move(grant, Move.APPROVE).await().atMost(LIMIT);
      move(grant, later ? Move.SCHEDULE : Move.ACTIVATE).await().atMost(LIMIT);
    }
    List<Verdict> mintedAfterTheEnd = new ArrayList<>();
    for (Moment moment : life) {
      boolean ended = isEnded(grant);
      List<Verdict> verdicts = together(grant, moment.together());
      if (ended) {
        mintedAfterTheEnd.addAll(verdicts);
      }
      now = now.plusSeconds(moment.thenSeconds());
      fixture.test().setClock(now);
    }
    assertThat(mintedAfterTheEnd)
        .as("rule 3: a mint that begins after the end has committed fails")
        .noneMatch(verdict -> verdict instanceof Verdict.Recorded);
    assertCredentialsEndWithTheirGrant(grant);
    assertOneEventForEachChange(grant);
    assertEarlyEndsAreListed(grant);
  }

  private static void assertCredentialsEndWithTheirGrant(GrantId grant) {
    assertThat(
            fixture.count(
                """
                SELECT count(*) FROM credentials c JOIN grants g ON g.id = c.grant_id
                WHERE g.id = '%s' AND (c.expires_at > g.expires_at OR g.expires_at > g.authority_ends_at
                   OR g.activated_at IS NULL OR c.issued_at < date_trunc('second', g.activated_at)
                   OR c.issued_at > g.ended_at)
                """
                    .formatted(grant)))
        .as("rule 4: no credential outlives its grant, no grant its authority")
        .isZero();
  }

  private static void assertOneEventForEachChange(GrantId grant) {
    long changes = fixture.count("SELECT version + 1 FROM grants WHERE id = '%s'".formatted(grant));
    long events =
        fixture.count(
            "SELECT count(*) FROM audit_events WHERE subject = 'grant:%s'".formatted(grant));
    assertThat(events).as("rule 8: one audit event for each change").isEqualTo(changes);
    long mints =
        fixture.count(
            "SELECT count(*) FROM audit_events WHERE action = 'credential.mint' AND grant_id = '%s'"
                .formatted(grant));
    assertThat(mints)
        .isEqualTo(
            fixture.count(
                "SELECT count(*) FROM credentials WHERE grant_id = '%s'".formatted(grant)));
  }

  private static void assertEarlyEndsAreListed(GrantId grant) {
    long endedEarly =
        fixture.count(
            """
            SELECT count(*) FROM grants WHERE id = '%s' AND state IN ('RELEASED', 'REVOKED')
              AND activated_at IS NOT NULL
            """
                .formatted(grant));
    assertThat(
            fixture.count(
                "SELECT count(*) FROM revocations WHERE grant_id = '%s'".formatted(grant)))
        .as("an early end is a revocation, exactly one")
        .isEqualTo(endedEarly);
  }

  private static boolean isEnded(GrantId grant) {
    return fixture.count(
            """
            SELECT count(*) FROM grants WHERE id = '%s'
              AND (ended_at IS NOT NULL OR expires_at <= mayfly_now())
            """
                .formatted(grant))
        > 0;
  }

  private static List<Verdict> together(GrantId grant, List<Step> steps) {
    List<Uni<Optional<Verdict>>> sent = new ArrayList<>();
    for (Step step : steps) {
      sent.add(
          switch (step) {
            case Step.Moving(Move move) -> move(grant, move).map(o -> Optional.empty());
            case Step.Minting(int seconds) ->
                fixture
                    .newLedger()
                    .record(
                        fixture.entry(
                            grant, Duration.ofSeconds(seconds), Optional.empty(), Optional.empty()))
                    .map(Optional::of);
            case Step.Reaping reaping -> reaper().reap().map(n -> Optional.empty());
          });
    }
    return Uni.join().all(sent).andFailFast().await().atMost(LIMIT).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static GrantId file(boolean later) {
    GrantRequest request =
        GrantRequest.of(
            fixture.identity(),
            "orders-read",
            "to look at an order",
            Duration.ofMinutes(30),
            later ? Optional.of(now.plusSeconds(60)) : Optional.empty(),
            now.plus(Duration.ofHours(2)),
            1);
    return database()
        .inTransaction(tx -> new GrantRequests(Clock.systemUTC(), config()).file(tx, request, TEST))
        .await()
        .atMost(LIMIT);
  }

  private static Uni<Outcome<Grant>> move(GrantId grant, Move move) {
    return database().inTransaction(tx -> machine().move(tx, grant, move, TEST));
  }

  private static GrantMachine machine() {
    return new GrantMachine(Clock.systemUTC(), config());
  }

  private static GrantReaper reaper() {
    return new GrantReaper(
        database(),
        machine(),
        new DueStarts(machine()),
        GrantMachinePropertyTest::policy,
        Clock.systemUTC(),
        config());
  }

  /** The holder here is a workload that was never logged in: what is scheduled for it ends. */
  private static CompiledPolicy policy() {
    try {
      String text = Files.readString(Path.of("keys-dev/policy.yaml"));
      return CompiledPolicy.of(
          PolicyDocument.judge(text, START).policy().orElseThrow(), "https://broker.example");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Database database() {
    return fixture.test().database();
  }

  private static GrantConfig config() {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(GrantConfig.class)
        .build()
        .getConfigMapping(GrantConfig.class);
  }
}
