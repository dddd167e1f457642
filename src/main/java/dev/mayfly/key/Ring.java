package dev.mayfly.key;

import java.time.Duration;

/**
 * One configured ring and its periods. Cannot be built with periods that would let a credential
 * outlive its key or a key be used before relying services know it.
 *
 * @param lifetime L: from a key's making to its {@code not_after}
 * @param longest TTL: the longest life of anything it signs
 * @param lead how long a key must have been published everywhere before it signs
 * @param skew how far a relying service's clock may be off
 */
record Ring(RingName name, Duration lifetime, Duration longest, Duration lead, Duration skew) {

  /**
   * A successor is made when half the life is over: with the handover at five sixths there is a
   * third of the lifetime for the lead and for whatever goes wrong on the way.
   */
  private static final int PREPARE_PART = 2;

  /**
   * The last sixth is the successor's: what the old key signed in its last moment as the ACTIVE one
   * has run out before the key itself does, as long as TTL is at most that sixth (rule 4).
   */
  private static final int HANDOVER_PART = 6;

  Ring {
    if (longest.isZero() || longest.isNegative() || skew.isNegative() || lead.isNegative()) {
      throw new IllegalArgumentException("key ring " + name + ": its periods must be positive");
    }
    if (longest.multipliedBy(HANDOVER_PART).compareTo(lifetime) > 0) {
      throw new IllegalArgumentException(
          ("key ring %s: what it signs may live %s, more than a sixth of a key's %s;"
                  + " raise mayfly.key.%s.lifetime or lower mayfly.key.%s.longest")
              .formatted(name, longest, lifetime, name.purpose(), name.purpose()));
    }
    Duration room = prepareBefore(lifetime).minus(handover(lifetime, longest, skew));
    if (lead.compareTo(room) > 0) {
      throw new IllegalArgumentException(
          ("key ring %s: a key must be published for %s before it signs, but between its making and"
                  + " its turn lie only %s; raise mayfly.key.%s.lifetime or lower"
                  + " mayfly.key.jwks-max-age and mayfly.key.refresh-hint")
              .formatted(name, lead, room, name.purpose()));
    }
  }

  /** How long before a key's end its successor is made: L/2. */
  Duration prepareBefore() {
    return prepareBefore(lifetime);
  }

  /** How long before a key's end its successor takes over: max(L/6, TTL + skew). */
  Duration handoverBefore() {
    return handover(lifetime, longest, skew);
  }

  private static Duration prepareBefore(Duration lifetime) {
    return lifetime.dividedBy(PREPARE_PART);
  }

  private static Duration handover(Duration lifetime, Duration longest, Duration skew) {
    Duration sixth = lifetime.dividedBy(HANDOVER_PART);
    Duration lastCredential = longest.plus(skew);
    return sixth.compareTo(lastCredential) >= 0 ? sixth : lastCredential;
  }
}
