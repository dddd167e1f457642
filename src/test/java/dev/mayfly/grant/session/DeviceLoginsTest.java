package dev.mayfly.grant.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.store.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many devices may wait that one party has begun. */
class DeviceLoginsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final TestDatabase test = TestDatabase.fresh();
  private final DeviceLogins devices =
      new DeviceLogins(
          test.database(),
          new LoginLimits(
              Duration.ofMinutes(10),
              Duration.ofMinutes(10),
              Duration.ofSeconds(5),
              2,
              10,
              300,
              Duration.ofMinutes(2),
              Duration.ofHours(1),
              Duration.ZERO));

  @AfterEach
  void close() {
    test.close();
  }

  private boolean isBegun(String address) {
    return devices
            .begin(new DeviceLogins.Wanted("key", address, false, List.of()))
            .await()
            .atMost(LIMIT)
        instanceof Outcome.Ok<DeviceLogins.Begun>;
  }

  @Test
  void networkIsPutOff_howeverManyOfItsAddressesItAsksFrom() {
    assertThat(isBegun("2001:db8:1:2::1")).isTrue();
    assertThat(isBegun("2001:db8:1:2::2")).isTrue();
    assertThat(isBegun("2001:db8:1:2:3:4:5:6")).isFalse();
    assertThat(isBegun("2001:db8:1:3::1")).as("the neighbours").isTrue();
  }

  @Test
  void addressIsPutOff_howeverItIsWritten() {
    assertThat(isBegun("192.0.2.7")).isTrue();
    assertThat(isBegun("::ffff:192.0.2.7")).isTrue();
    assertThat(isBegun("192.0.2.7")).isFalse();
    assertThat(isBegun("::ffff:192.0.2.8")).as("somebody else").isTrue();
  }

  /** Whoever is through with it, or never came, keeps nobody else waiting. */
  @Test
  void onlyDevicesThatWaitAreCounted() {
    for (String state : List.of("CONFIRMED", "REFUSED", "USED")) {
      assertThat(isBegun("192.0.2.7")).isTrue();
      assertThat(isBegun("192.0.2.7")).isTrue();
      assertThat(isBegun("192.0.2.7")).as("two wait").isFalse();
      test.execute("UPDATE device_logins SET state = '%s'".formatted(state));
    }
    assertThat(isBegun("192.0.2.7")).isTrue();
    assertThat(isBegun("192.0.2.7")).isTrue();
    test.execute("UPDATE device_logins SET until = mayfly_now()");
    assertThat(isBegun("192.0.2.7")).as("both have run out").isTrue();
  }
}
