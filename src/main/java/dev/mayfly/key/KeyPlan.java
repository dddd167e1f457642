package dev.mayfly.key;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rings this installation is configured to have, checked: an unsafe period refuses to start.
 */
final class KeyPlan {

  /**
   * A relying service that follows the refresh hint has missed it at most four times in a row when
   * the key is first used.
   */
  private static final int HINTS_BEFORE_USE = 5;

  private final Map<RingName, Ring> rings = new LinkedHashMap<>();
  private final Duration lead;
  private final Duration skew;

  /** Throws {@link IllegalArgumentException} with the sentence that says what to change. */
  KeyPlan(KeyConfig config) {
    skew = config.skew();
    lead = lead(config);
    for (String written : config.rings()) {
      Ring ring = ring(RingName.parse(written.strip()), config);
      if (rings.put(ring.name(), ring) != null) {
        throw new IllegalArgumentException("mayfly.key.rings names " + ring.name() + " twice");
      }
    }
    if (rings.isEmpty()) {
      throw new IllegalArgumentException("mayfly.key.rings is empty: nothing could be signed");
    }
  }

  /**
   * Whoever caches by max-age has fetched again, and whoever polls by the hint has polled five
   * times, since the last moment at which the key was missing from some node's JWKS.
   */
  private static Duration lead(KeyConfig config) {
    Duration pollers = config.refreshHint().multipliedBy(HINTS_BEFORE_USE);
    Duration cachers = config.jwksMaxAge().plus(config.skew());
    return pollers.compareTo(cachers) >= 0 ? pollers : cachers;
  }

  private Ring ring(RingName name, KeyConfig config) {
    return switch (name.purpose()) {
      case RingName.JWT ->
          new Ring(name, config.jwt().lifetime(), config.jwt().longest(), lead, skew);
      case RingName.STATUS_LIST ->
          new Ring(name, config.statuslist().lifetime(), config.statuslist().longest(), lead, skew);
      // What it signs are the certificates of issuing CAs, each for as long as that key lives.
      case RingName.ROOT ->
          new Ring(name, config.root().lifetime(), config.x509().lifetime(), lead, skew);
      case RingName.X509 ->
          new Ring(name, config.x509().lifetime(), config.x509().longest(), lead, skew);
      case RingName.OCSP ->
          new Ring(name, config.ocsp().lifetime(), config.ocsp().longest(), lead, skew);
      case RingName.SSH_USER, RingName.SSH_HOST ->
          new Ring(name, config.ssh().lifetime(), config.ssh().longest(), lead, skew);
      default ->
          throw new IllegalArgumentException(
              "mayfly.key.rings: nothing here signs for the purpose '" + name.purpose() + "'");
    };
  }

  List<Ring> rings() {
    return List.copyOf(rings.values());
  }

  Optional<Ring> ring(RingName name) {
    return Optional.ofNullable(rings.get(name));
  }

  Duration lead() {
    return lead;
  }

  /** How far a relying service's clock may be off: no key retires sooner after its end. */
  Duration skew() {
    return skew;
  }
}
