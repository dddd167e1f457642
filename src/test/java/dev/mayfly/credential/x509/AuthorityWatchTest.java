package dev.mayfly.credential.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.key.Alg;
import dev.mayfly.store.KeyId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who is told, and when, that an imported root nears its end. */
class AuthorityWatchTest {

  private static final Instant END = Instant.parse("2031-05-06T07:08:09Z");
  private static final Duration ISSUING = Duration.ofDays(7);
  private static final Duration LEAD = Duration.ofDays(30);
  private static final Instant BEGIN = END.minus(ISSUING).minus(LEAD);
  private static final TestHierarchy HIERARCHY = new TestHierarchy(Alg.ES256);

  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  private final AtomicReference<List<Authority>> roots =
      new AtomicReference<>(List.of(authority("root", END)));

  private static Authority authority(String key, Instant end) {
    return new Authority(new KeyId(key), HIERARCHY.issuer, HIERARCHY.issuing, List.of(), end, "");
  }

  private AuthorityWatch watch(boolean imported) {
    return new AuthorityWatch(
        roots::get,
        () -> List.of(authority("ca", END.minus(ISSUING))),
        true,
        imported,
        ISSUING,
        LEAD,
        now::get,
        metrics);
  }

  private double left(String usage, String key) {
    return metrics
        .get("mayfly.x509.authority.left")
        .tags("usage", usage, "key", key)
        .gauge()
        .value();
  }

  @Test
  void importedRootWarns_fromTheLeadOn_onceADay_andPastItsEnd() {
    AuthorityWatch watch = watch(true);
    now.set(BEGIN.minusMillis(1));
    assertThat(watch.warning()).isEmpty();
    now.set(BEGIN);
    assertThat(watch.warning().orElseThrow())
        .contains(END.toString(), END.minus(ISSUING).toString(), "mayfly ca import");
    assertThat(watch.warning()).isEmpty();
    now.set(BEGIN.plus(Duration.ofDays(1)).minusMillis(1));
    assertThat(watch.warning()).isEmpty();
    now.set(BEGIN.plus(Duration.ofDays(1)));
    assertThat(watch.warning()).isPresent();
    now.set(END.plusSeconds(1));
    roots.set(List.of());
    assertThat(watch.warning().orElseThrow())
        .contains("no imported root lives", "mayfly ca import");
  }

  @Test
  void nothingIsSaid_onceAnotherRootIsThere_orWhereTheBrokerMakesItsOwn() {
    assertThat(watch(false).warning()).isEmpty();
    roots.set(List.of(authority("root", END), authority("next", END.plus(LEAD))));
    assertThat(watch(true).warning()).isEmpty();
    roots.set(List.of());
    assertThat(watch(false).warning()).isEmpty();
  }

  @Test
  void secondsLeftAreShown_ofEachAuthorityThatThereIs() {
    AuthorityWatch watch = watch(false);
    watch.measure();
    assertThat(left("root", "root")).isEqualTo((double) ISSUING.plus(LEAD).toSeconds());
    assertThat(left("issuing", "ca")).isEqualTo((double) LEAD.toSeconds());
    now.set(END.minusSeconds(5));
    assertThat(left("root", "root")).as("at each look, not at each pass").isEqualTo(5);
    now.set(END.plusSeconds(5));
    assertThat(left("root", "root")).as("until the next pass").isZero();
    roots.set(List.of(authority("next", END.plusSeconds(65))));
    watch.measure();
    assertThat(left("root", "next")).isEqualTo(60);
    assertThat(metrics.find("mayfly.x509.authority.left").tag("key", "root").gauge()).isNull();
  }

  /** Else the alarm that is to call somebody would fall silent with the last of them. */
  @Test
  void nothingIsLeft_whereNoAuthorityLives() {
    AuthorityWatch watch = watch(true);
    roots.set(List.of());
    watch.measure();
    assertThat(left("root", "none")).isZero();
    roots.set(List.of(authority("root", END)));
    assertThat(left("root", "none")).as("loaded since").isPositive();
    watch.measure();
    assertThat(metrics.find("mayfly.x509.authority.left").tag("key", "none").gauge()).isNull();
  }
}
