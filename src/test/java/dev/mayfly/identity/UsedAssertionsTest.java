package dev.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.TestDatabase;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Single use across nodes, on a real database. */
class UsedAssertionsTest {

  private static final Instant NOW = Instant.parse("2031-05-06T07:58:00Z");

  private final TestDatabase test = TestDatabase.fresh();
  private final UsedAssertions used = new UsedAssertions(test.database());

  @BeforeEach
  void makePartitions() {
    test.useTestClock();
    test.setClock(NOW);
    test.execute(
        "SELECT mayfly_make_partitions('used_assertions', interval '1 hour', interval '1 day')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private boolean use(UUID key, Instant until) {
    return used.use(key, until).await().atMost(Duration.ofSeconds(20));
  }

  @Test
  void assertionIsUsedOnce() {
    UUID key = UUID.randomUUID();
    assertThat(use(key, NOW.plusSeconds(60))).isTrue();
    assertThat(use(key, NOW.plusSeconds(60))).isFalse();
    assertThat(use(UUID.randomUUID(), NOW.plusSeconds(60))).isTrue();
  }

  /** The other end lies in another partition: the primary key alone would let it pass. */
  @Test
  void sameJtiIsRefused_whenItsEndIsAnother() {
    UUID key = UUID.randomUUID();
    assertThat(use(key, NOW.plusSeconds(60))).isTrue();
    assertThat(use(key, NOW.plusSeconds(61))).isFalse();
    assertThat(use(key, NOW.plusSeconds(240))).isFalse();
  }

  /** Two nodes, many connections, one assertion: one of them has it. */
  @Test
  void oneUseWins_whenManyNodesTryAtOnce() {
    UUID key = UUID.randomUUID();
    Instant until = NOW.plusSeconds(60);
    List<Uni<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      all.add(new UsedAssertions(test.database()).use(key, until));
    }
    List<Boolean> uses = Uni.join().all(all).andFailFast().await().atMost(Duration.ofSeconds(20));
    assertThat(uses.stream().filter(first -> first)).hasSize(1);
  }

  /** Boundary: by the database's clock an assertion is dead in the second of its exp. */
  @Test
  void assertionIsNotUsed_whenItHasEndedByTheDatabasesClock() {
    Instant until = NOW.plusSeconds(60);
    test.setClock(until);
    assertThat(use(UUID.randomUUID(), until)).isFalse();
    test.setClock(until.minusMillis(1));
    assertThat(use(UUID.randomUUID(), until)).isTrue();
  }

  @Test
  void furthestEndHasAPartition() {
    assertThat(use(UUID.randomUUID(), NOW.plus(UsedAssertions.HORIZON))).isTrue();
    test.setClock(NOW.plus(Duration.ofHours(11)));
    Instant withLateLoop = NOW.plus(Duration.ofHours(11)).plus(UsedAssertions.HORIZON);
    assertThat(use(UUID.randomUUID(), withLateLoop)).isTrue();
  }
}
