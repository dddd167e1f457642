package dev.mayfly.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.Node;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is listed as perhaps never delivered (decision 0011), against a real database. */
class AnsweringTest {

  private final LedgerFixture fixture = new LedgerFixture();
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final InstantSource clock = () -> Clock.systemUTC().instant().plus(ahead.get());
  private final Node node = new Node(fixture.test().database(), clock, new Beats(), "one");
  private final Answering answering = new Answering(fixture.test().database(), node, clock);
  private final Undelivered undelivered = new Undelivered(fixture.test().database(), new Beats());
  private Entry entry;

  @BeforeEach
  void begin() {
    fixture.test().execute("UPDATE lists SET node_id = '" + node.id() + "' WHERE id = 1");
    get(node.register());
    get(answering.tell());
    entry = fixture.entry(fixture.grant("r", Duration.ofHours(1)));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void credentialIsListed_whenItsNodeDiedBeforeItSaidThatAllIsAnswered() {
    assertThat(fixture.record(entry)).isInstanceOf(Verdict.Recorded.class);
    assertThat(listed()).as("the node lives: the answer is on its way").isEmpty();
    die();
    assertThat(listed()).containsExactly(entry.id().toString());
    assertThat(
            get(undelivered.list(new Page.Request(10, Optional.of(entry.id().toString())))).items())
        .as("the page after the last")
        .isEmpty();
  }

  @Test
  void credentialIsNotListed_whenItsAnswerWasSentAndTheNodeHasSaidSo() {
    Answering.Open request = answering.begin();
    fixture.record(entry);
    request.holds(entry.id());
    request.sent();
    ahead.set(Duration.ofSeconds(2));
    get(answering.tell());
    die();
    assertThat(listed()).isEmpty();
  }

  @Test
  void credentialIsListed_whenItsRequestIsOpenHoweverOftenTheNodeSpeaks() {
    answering.begin();
    Entry open = fixture.entry(entry.grant());
    fixture.record(open);
    ahead.set(Duration.ofMinutes(10));
    get(answering.tell());
    die();
    assertThat(listed()).containsExactly(open.id().toString());
  }

  @Test
  void credentialIsListed_whenItsCallerWentBeforeOrAfterItWasMinted_thoughTheNodeLives() {
    Answering.Open before = answering.begin();
    before.callerHasGone();
    fixture.record(entry);
    before.holds(entry.id());
    Entry other = fixture.entry(entry.grant());
    Answering.Open after = answering.begin();
    fixture.record(other);
    after.holds(other.id());
    after.callerHasGone();
    get(answering.tell());
    get(answering.tell());
    assertThat(listed()).containsExactlyInAnyOrder(entry.id().toString(), other.id().toString());
  }

  @Test
  void requestWhoseCallerHasGoneIsForgotten_whenNothingWasMintedForIt() {
    answering.begin().callerHasGone();
    fixture.record(entry);
    ahead.set(Duration.ofMinutes(3));
    get(answering.tell());
    die();
    assertThat(listed()).isEmpty();
  }

  @Test
  void othersCredentialsAreNotListed_whenANodeDies() {
    fixture.test().execute("UPDATE lists SET node_id = gen_random_uuid() WHERE id = 1");
    fixture.record(entry);
    die();
    assertThat(listed()).isEmpty();
  }

  @Test
  void nodeThatLeavesInOrderLeavesNothing_andAfterNineDaysNothingIsKept() {
    get(answering.tell());
    answering.stop(new io.quarkus.runtime.ShutdownEvent());
    assertThat(fixture.count("SELECT count(*) FROM answering")).isZero();
    get(answering.tell());
    fixture.test().setClock(LedgerFixture.START.plus(Duration.ofDays(10)));
    get(answering.forget());
    assertThat(fixture.count("SELECT count(*) FROM answering")).isZero();
  }

  /** By the database's clock: nothing is heard of the node any more. */
  private void die() {
    fixture.test().setClock(LedgerFixture.START.plusSeconds(30));
  }

  private List<String> listed() {
    return get(undelivered.list(new Page.Request(10, Optional.empty()))).items().stream()
        .map(one -> one.id().toString())
        .toList();
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private record Beats() implements NodeConfig {
    @Override
    public Duration heartbeat() {
      return Duration.ofSeconds(2);
    }

    @Override
    public Duration deadAfter() {
      return Duration.ofSeconds(10);
    }
  }
}
