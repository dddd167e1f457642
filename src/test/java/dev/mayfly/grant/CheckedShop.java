package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.check.LoopbackChecker;
import dev.mayfly.policy.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A shop in which a role rests on two facts that another machine knows: a ticket, and who is on
 * call.
 */
final class CheckedShop implements AutoCloseable {

  /** As they are asked for. */
  static final String[] BOTH = {"on_call", "ticket"};

  final LoopbackChecker checker = new LoopbackChecker();
  final ElevationFixture shop = new ElevationFixture();
  final Person ada = shop.person("ada", "engineers");
  final Person grace = shop.person("grace", "engineers", "sre");

  /** The ticket is open, and nobody is on call. */
  CheckedShop() {
    shop.policySays(checker.root(), "http://127.0.0.1:1");
    shop.checkSettings(LoopbackChecker.settings(BOTH));
    checker.says("ticket", true).says("on_call", false);
  }

  static Wish wish() {
    return wish(Optional.empty());
  }

  static Wish wish(Optional<Instant> start) {
    return new Wish(
        "restart",
        Optional.of(Duration.ofMinutes(30)),
        "it hangs",
        Optional.of("OPS-7"),
        start,
        Set.of(),
        List.of(),
        Optional.empty(),
        Map.of(),
        Map.of());
  }

  static String say(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(Refusal refusal) ? refusal.say() : "";
  }

  @Override
  public void close() {
    shop.close();
    checker.close();
  }
}
