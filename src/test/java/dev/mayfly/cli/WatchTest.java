package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code mayfly verify --watch}: a token is watched until it is refused, and said when. */
class WatchTest extends AtAFakeBroker {

  @Test
  void watchTellsTheMomentOfDeath() throws Exception {
    mayfly.in = broker.token(7);
    AtomicInteger waits = new AtomicInteger();
    mayfly.whileWaiting =
        () -> {
          if (waits.incrementAndGet() == 3) {
            broker.revoke(7);
          }
        };
    assertThat(mayfly.run("verify", "-", "--watch", "--audience", FakeBroker.ORDERS)).isEqualTo(3);
    assertThat(mayfly.out())
        .isEqualTo(
            "10:00:00.000  valid    expires in 5m; watching\n"
                + "10:00:15.000  refused  it was revoked, 15s into the watch,"
                + " 4m 45s before its expiry  (revoked)\n");
  }

  /** RFC 7240 4.3: the broker holds the answer back, so there is nothing to sleep through. */
  @Test
  void watchLetsTheBrokerSayWhen_whereItHoldsAnswersBack() throws Exception {
    mayfly.in = broker.token(7);
    broker.page(
        "/status-lists/1",
        asked -> {
          if (asked.header("Prefer").isEmpty()) {
            return broker.list();
          }
          mayfly.clock.move(Duration.ofMillis(250));
          broker.revoke(7);
          FakeBroker.Said list = broker.list();
          Map<String, String> headers = new LinkedHashMap<>(list.headers());
          headers.put("Preference-Applied", "wait");
          return new FakeBroker.Said(200, headers, list.body());
        });
    mayfly.whileWaiting =
        () -> {
          throw new AssertionError("the command slept");
        };
    assertThat(mayfly.run("verify", "-", "-w", "-a", FakeBroker.ORDERS)).isEqualTo(3);
    assertThat(mayfly.out()).contains("10:00:00.250  refused  it was revoked, 250ms into");
    assertThat(broker.askedAt("/status-lists/1").getLast().header("Prefer")).isEqualTo("wait=30");
  }

  @Test
  void watchEnds_whenTheTokenDoes() throws Exception {
    mayfly.in = broker.token(7);
    assertThat(mayfly.run("verify", "-", "-w", "-a", FakeBroker.ORDERS, "--json")).isEqualTo(3);
    assertThat(mayfly.out().lines().toList().getLast())
        .startsWith("{\"at\":\"2030-01-01T10:05:00Z\",\"valid\":false,\"code\":\"expired\"");
  }
}
