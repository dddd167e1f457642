package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** How many connections strangers may hold. */
class AnybodysLookUpsTest {

  private final AnybodysLookUps lookUps = new AnybodysLookUps();
  private final Deque<UniEmitter<? super String>> underWay = new ArrayDeque<>();

  @Test
  void nobodyIsLookedUp_whenAsManyAsMayAreUnderWay() {
    List<UniAssertSubscriber<String>> first = fill();
    assertThat(begin().getItem()).isEqualTo("busy");
    assertThat(underWay).hasSize(AnybodysLookUps.AT_ONCE);
    underWay.removeFirst().complete("found");
    assertThat(first.getFirst().getItem()).isEqualTo("found");
    begin();
    assertThat(underWay).hasSize(AnybodysLookUps.AT_ONCE);
  }

  @Test
  void placeIsFreeAgain_howeverALookUpEnded() {
    List<UniAssertSubscriber<String>> all = fill();
    underWay.removeFirst().fail(new IllegalStateException("the database is away"));
    all.get(1).cancel();
    underWay.removeFirst().complete("for nobody");
    lookUps
        .<String>run(
            () -> {
              throw new IllegalStateException("before it began");
            },
            () -> "busy")
        .subscribe()
        .withSubscriber(UniAssertSubscriber.create())
        .assertFailed();
    assertThat(begin().getItem()).isNull();
    assertThat(begin().getItem()).isNull();
    assertThat(begin().getItem()).isEqualTo("busy");
  }

  /** Else who asks and goes, again and again, would hold them all. */
  @Test
  void placeIsHeldAsLongAsTheConnection_whenTheAskerHasGone() {
    fill().forEach(UniAssertSubscriber::cancel);
    assertThat(begin().getItem()).isEqualTo("busy");
    underWay.removeFirst().complete("for nobody");
    assertThat(begin().getItem()).isNull();
  }

  @Test
  void halfOfTheConnectionsAreForThoseWhoAreKnown() {
    assertThat(
            ConfigProvider.getConfig()
                .getValue("quarkus.datasource.reactive.max-size", Integer.class))
        .isEqualTo(2 * AnybodysLookUps.AT_ONCE);
  }

  private List<UniAssertSubscriber<String>> fill() {
    List<UniAssertSubscriber<String>> all = new ArrayList<>();
    for (int i = 0; i < AnybodysLookUps.AT_ONCE; i++) {
      all.add(begin());
    }
    return all;
  }

  private UniAssertSubscriber<String> begin() {
    return lookUps
        .run(() -> Uni.createFrom().<String>emitter(underWay::add), () -> "busy")
        .subscribe()
        .withSubscriber(UniAssertSubscriber.create());
  }
}
