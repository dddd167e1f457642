package dev.mayfly.identity.login;

import dev.mayfly.identity.UsedAssertions;
import java.time.Duration;

/**
 * The room's settings after the unsafe ones were refused: whoever holds this record may rely on its
 * bounds. Each component is explained at {@link LoginConfig}.
 */
public record LoginLimits(
    Duration attemptLasts,
    Duration deviceLasts,
    Duration devicePoll,
    int devicesEach,
    int wrongCodesEach,
    int wrongCodesTogether,
    Duration vouchedFor,
    Duration unvouchedLasts,
    Duration renewalGrace) {

  /** A code that a person has left on some screen is not good for long (RFC 8628 6.1). */
  private static final Duration LONGEST_DEVICE = Duration.ofHours(1);

  private static final Duration LONGEST_WORD = Duration.ofHours(1);
  private static final Duration LONGEST_UNVOUCHED = Duration.ofHours(12);
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(5);

  /**
   * Boundary: that an attempt was used is kept until its end, which lies at most its whole time
   * ahead; {@link UsedAssertions#HORIZON} is the furthest that can be kept.
   */
  public LoginLimits {
    require(
        attemptLasts.isPositive() && attemptLasts.compareTo(UsedAssertions.HORIZON) <= 0,
        "mayfly.login.attempt-lasts must be more than zero and at most 12h: that a login was used"
            + " is remembered no longer");
    require(
        deviceLasts.isPositive() && deviceLasts.compareTo(LONGEST_DEVICE) <= 0,
        "mayfly.login.device-lasts must be more than zero and at most 1h");
    require(
        devicePoll.compareTo(Duration.ofSeconds(1)) >= 0 && devicePoll.compareTo(deviceLasts) < 0,
        "mayfly.login.device-poll must be at least 1s and less than device-lasts");
    require(devicesEach >= 1, "mayfly.login.devices-each must be at least 1");
    require(wrongCodesEach >= 1, "mayfly.login.wrong-codes-each must be at least 1");
    require(
        wrongCodesTogether >= wrongCodesEach,
        "mayfly.login.wrong-codes-together must be at least wrong-codes-each");
    require(
        !vouchedFor.isNegative() && vouchedFor.compareTo(LONGEST_WORD) <= 0,
        "mayfly.login.vouched-for must be between zero and 1h");
    require(
        unvouchedLasts.isPositive() && unvouchedLasts.compareTo(LONGEST_UNVOUCHED) <= 0,
        "mayfly.login.unvouched-lasts must be more than zero and at most 12h");
    require(
        !renewalGrace.isNegative() && renewalGrace.compareTo(LONGEST_GRACE) <= 0,
        "mayfly.login.renewal-grace must be between zero and 5m: so long a copied token goes unseen");
  }

  static LoginLimits of(LoginConfig config) {
    return new LoginLimits(
        config.attemptLasts(),
        config.deviceLasts(),
        config.devicePoll(),
        config.devicesEach(),
        config.wrongCodesEach(),
        config.wrongCodesTogether(),
        config.vouchedFor(),
        config.unvouchedLasts(),
        config.renewalGrace());
  }

  private static void require(boolean safe, String sentence) {
    if (!safe) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
