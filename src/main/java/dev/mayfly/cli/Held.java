package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;

/** What a person is told to whom a role's credential is refused. */
final class Held {

  private Held() {}

  /** Not to hold a role and not to know it look alike: so both ways on are named. */
  static Stop orHowToGetIt(Stop stop, String role) {
    return stop.exit() == Exit.REFUSED
        ? Stop.refused(
            stop.code(),
            String.valueOf(stop.getMessage()),
            "do you hold it? mayfly grants --role %1$s; if not: mayfly request %1$s"
                .formatted(role))
        : stop;
  }
}
