package dev.mayfly.store;

import static dev.mayfly.store.AnybodysLookUps.Kind.CERTIFICATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.AnybodysLookUps.Kind;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many connections strangers may hold, and how many for one kind of question. */
class AnybodysLookUpsTest {

  private final AnybodysLookUps lookUps = new AnybodysLookUps();
  private final Deque<UniEmitter<? super String>> underWay = new ArrayDeque<>();

  @Test
  void nobodyIsLookedUp_whenAsManyAsMayAreUnderWay() {
    List<UniAssertSubscriber<String>> first = fill();
    assertThat(begin().getItem()).isEqualTo("busy");
    assertThat(underWay).hasSize(CERTIFICATE.places());
    underWay.removeFirst().complete("found");
    assertThat(first.getFirst().getItem()).isEqualTo("found");
    begin();
    assertThat(underWay).hasSize(CERTIFICATE.places());
  }

  @Test
  void placeIsFreeAgain_howeverALookUpEnded() {
    List<UniAssertSubscriber<String>> all = fill();
    underWay.removeFirst().fail(new IllegalStateException("the database is away"));
    all.get(1).cancel();
    underWay.removeFirst().complete("for nobody");
    lookUps
        .<String>run(
            CERTIFICATE,
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
        .isEqualTo(2 * Arrays.stream(Kind.values()).mapToInt(Kind::places).sum());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyOtherKindIsServed_whileACrowdAsksForOne(Kind crowded) {
    fill(crowded);
    assertThat(begin(crowded).getItem()).isEqualTo("busy");
    for (Kind other : Kind.values()) {
      if (other != crowded) {
        int before = underWay.size();
        fill(other);
        assertThat(underWay).as("%s", other).hasSize(before + other.places());
        assertThat(begin(other).getItem()).isEqualTo("busy");
      }
    }
  }

  private List<UniAssertSubscriber<String>> fill() {
    return fill(CERTIFICATE);
  }

  private List<UniAssertSubscriber<String>> fill(Kind kind) {
    List<UniAssertSubscriber<String>> all = new ArrayList<>();
    for (int i = 0; i < kind.places(); i++) {
      all.add(begin(kind));
    }
    return all;
  }

  private UniAssertSubscriber<String> begin() {
    return begin(CERTIFICATE);
  }

  private UniAssertSubscriber<String> begin(Kind kind) {
    return lookUps
        .run(kind, () -> Uni.createFrom().<String>emitter(underWay::add), () -> "busy")
        .subscribe()
        .withSubscriber(UniAssertSubscriber.create());
  }
}
