package dev.mayfly.grant.check;

import dev.mayfly.policy.Check;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many questions are under way: for each check its own bound, so that a slow one takes no place
 * from another, and of these a few for each who acts, so that nobody takes everybody's.
 */
final class Places {

  private final int atOnce;
  private final int each;
  private final ConcurrentHashMap<Check, Taken> taken = new ConcurrentHashMap<>();

  Places(int atOnce, int each) {
    this.atOnce = atOnce;
    this.each = each;
  }

  /** The questions of one check that are under way, by who made the broker ask. */
  private static final class Taken {
    private final Map<String, Integer> byWhom = new HashMap<>();
    private int together;
  }

  /** Takes a place, to be given back; otherwise says why there is none. */
  Optional<String> take(Check check, String actor) {
    Taken here = taken.computeIfAbsent(check, one -> new Taken());
    synchronized (here) {
      if (here.together >= atOnce) {
        return Optional.of("too much is being asked at this moment: try again");
      }
      if (here.byWhom.getOrDefault(actor, 0) >= each) {
        return Optional.of("as much is being asked for you as may be: try again");
      }
      here.together++;
      here.byWhom.merge(actor, 1, Integer::sum);
      return Optional.empty();
    }
  }

  void giveBack(Check check, String actor) {
    Taken here = taken.computeIfAbsent(check, one -> new Taken());
    synchronized (here) {
      here.together--;
      here.byWhom.computeIfPresent(actor, (same, some) -> some == 1 ? null : some - 1);
    }
  }
}
