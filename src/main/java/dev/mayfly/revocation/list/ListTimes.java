package dev.mayfly.revocation.list;

import java.time.Duration;

/**
 * The periods of published lists, checked against each other.
 *
 * @param life from a list's {@code iat} (a CRL's {@code thisUpdate}) to its {@code exp} ({@code
 *     nextUpdate})
 * @param resignBefore how long before its {@code exp} a list is signed anew
 * @param ttl how long a relying service may use its copy before it asks again; whole seconds
 */
public record ListTimes(Duration life, Duration resignBefore, Duration ttl) {

  private static final Duration LONGEST_LIFE = Duration.ofDays(7);
  private static final Duration SHORTEST_SLACK = Duration.ofSeconds(30);

  public ListTimes {
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || !isWholeSeconds(ttl)) {
      throw new IllegalArgumentException(
          "mayfly.lists.ttl must be a whole number of seconds, at least 1s");
    }
    if (!isWholeSeconds(life) || life.compareTo(ttl) <= 0 || life.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException(
          "mayfly.lists.life must be whole seconds, longer than mayfly.lists.ttl and at most 7d");
    }
    // A node may be slow, and the database away for a moment: neither may end a list (rule 7).
    if (resignBefore.compareTo(SHORTEST_SLACK) < 0 || resignBefore.compareTo(life) >= 0) {
      throw new IllegalArgumentException(
          "mayfly.lists.resign-before must be at least 30s and shorter than mayfly.lists.life");
    }
  }

  private static boolean isWholeSeconds(Duration duration) {
    return duration.equals(Duration.ofSeconds(duration.toSeconds()));
  }

  public static ListTimes of(ListsConfig config) {
    return new ListTimes(
        config.life(),
        config.resignBefore().orElseGet(() -> config.life().dividedBy(2)),
        config.ttl());
  }
}
