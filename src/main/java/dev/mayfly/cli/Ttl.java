package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.util.Optional;
import java.util.regex.Pattern;

/** How a life is written; the broker's word for one that is not is {@code invalid_request}. */
final class Ttl {

  private static final Pattern FORM = Pattern.compile("[0-9]{1,6}[smh]|PT[0-9HMS]{2,9}");

  private Ttl() {}

  static void check(Optional<String> ttl) throws Stop {
    if (ttl.isPresent() && !FORM.matcher(ttl.get()).matches()) {
      throw Stop.usage("--ttl does not understand " + ttl.get(), "write 90s, 5m or 1h");
    }
  }
}
