package dev.mayfly.key;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a ring's keys take their next step: three ifs for the key that comes, two for those that go.
 * It knows only what it is given, so a tick that was missed is made up by the next.
 *
 * <pre>
 *  key 1  |==== ACTIVE ===============================|-- RETIRING --| not_after
 *         0                    L/2                   5L/6            L
 *  key 2                        |- PREPARED: lead ... -|==== ACTIVE =========...
 * </pre>
 */
final class KeySchedule {

  /** Long enough for the last list that carries what it signed (rule 6) and for a look at it. */
  static final Duration KEEP_AFTER_END = Duration.ofHours(24);

  private KeySchedule() {}

  /** The step that is due, if any. */
  static Optional<Move> next(Ring ring, RingStatus status) {
    return ending(status, ring.skew()).or(() -> coming(ring, status));
  }

  /** For a ring that is no longer configured: what it has runs out, and nothing new is made. */
  static Optional<Move> nextUnconfigured(RingStatus status, Duration skew) {
    Optional<Move> useless = status.prepared().map(key -> new Move.Retire(key, "ring not wanted"));
    Optional<Move> ended =
        status
            .active()
            .filter(key -> isOver(key, skew, status))
            .map(key -> new Move.Retire(key, "ring not wanted"));
    return ending(status, skew).or(() -> useless).or(() -> ended);
  }

  private static Optional<Move> coming(Ring ring, RingStatus status) {
    Optional<KeyRecord> prepared = status.prepared();
    if (prepared.isEmpty()) {
      return isSuccessorDue(ring, status) ? Optional.of(new Move.Prepare()) : Optional.empty();
    }
    KeyRecord next = prepared.get();
    if (!isFresh(ring, next, status.now())) {
      return Optional.of(new Move.Retire(next, "never used and too near its end"));
    }
    if (next.publishedAt().isEmpty()) {
      return isAcknowledged(next, status) ? Optional.of(new Move.Publish(next)) : Optional.empty();
    }
    return isReady(ring, next, status) && isHandoverDue(ring, status)
        ? Optional.of(new Move.Activate(next, status.active()))
        : Optional.empty();
  }

  /**
   * A key retires when its own end is over: nothing it signed outlives that, by the ledger's
   * statement and not by a setting (rule 4). It could go up to L/6 - TTL earlier if every policy
   * kept to the TTL; the price of not relying on that is one more key in the JWKS for some hours.
   *
   * <p>A CA alone signs the lists of what it signed, and rule 6 wants one issue of each after its
   * end, which is served until it runs out (rule 7). No time after the end is long enough for that:
   * all nodes may be away for longer. So it waits for whoever publishes to say that it is done.
   */
  private static Optional<Move> ending(RingStatus status, Duration skew) {
    for (KeyRecord key : status.keys()) {
      Optional<Move> move =
          switch (key.state()) {
            case RETIRING ->
                isOver(key, skew, status)
                    ? Optional.of(new Move.Retire(key, "all it signed has expired"))
                    : Optional.empty();
            case RETIRED ->
                isReached(key.retiredAt().orElseThrow().plus(KEEP_AFTER_END), status)
                    ? Optional.of(new Move.Remove(key))
                    : Optional.empty();
            case TAINTED ->
                isOver(key, skew.plus(KEEP_AFTER_END), status)
                    ? Optional.of(new Move.Remove(key))
                    : Optional.empty();
            case PREPARED, ACTIVE, REMOVED -> Optional.empty();
          };
      if (move.isPresent()) {
        return move;
      }
    }
    return Optional.empty();
  }

  private static boolean isSuccessorDue(Ring ring, RingStatus status) {
    return status
        .active()
        .map(active -> isReached(active.notAfter().minus(ring.prepareBefore()), status))
        .orElse(true);
  }

  static boolean isHandoverDue(Ring ring, RingStatus status) {
    return status
        .active()
        .map(active -> isReached(active.notAfter().minus(ring.handoverBefore()), status))
        .orElse(true);
  }

  /** A key that would have to hand over at once is not worth activating. */
  static boolean isFresh(Ring ring, KeyRecord key, Instant now) {
    return now.isBefore(key.notAfter().minus(ring.handoverBefore()));
  }

  /**
   * Every relying service can know the key (rule 5): the lead counts from the moment at which no
   * live node's JWKS was without it, so no cached JWKS that is still fresh can lack it.
   */
  static boolean isReady(Ring ring, KeyRecord key, RingStatus status) {
    return isAcknowledged(key, status)
        && key.publishedAt().filter(at -> isReached(at.plus(ring.lead()), status)).isPresent();
  }

  private static boolean isAcknowledged(KeyRecord key, RingStatus status) {
    return status.acknowledged() >= key.publishedVersion();
  }

  private static boolean isOver(KeyRecord key, Duration after, RingStatus status) {
    return isReached(key.notAfter().plus(after), status) && !key.owesLists();
  }

  /** At the boundary itself the time has come. */
  private static boolean isReached(Instant moment, RingStatus status) {
    return !status.now().isBefore(moment);
  }
}
