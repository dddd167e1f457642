package dev.mayfly.grant.check;

import dev.mayfly.outbound.Destinations;
import dev.mayfly.outbound.SecretFile;
import dev.mayfly.outbound.WebhookSecret;
import dev.mayfly.policy.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The secrets that questions are signed with, read once; a setting that cannot work throws. */
final class Senders {

  private final Map<String, Sender> byName = new LinkedHashMap<>();

  /** What the checks of one name are asked with. */
  record Sender(List<WebhookSecret> secrets, boolean privateToo) {}

  Senders(CheckConfig config) {
    config.checks().forEach((name, one) -> byName.put(name, sender(name, one)));
  }

  Optional<Sender> of(Check check) {
    return Optional.ofNullable(byName.get(check.name()));
  }

  /** Why this check cannot be asked as things are set; empty when it can. */
  Optional<String> objection(Check check) {
    Sender sender = byName.get(check.name());
    if (sender == null) {
      return Optional.of("it has no secret: set " + setting(check.name(), "secret-file"));
    }
    if (!Destinations.isProtected(check.url())) {
      return Optional.of("its address is not https"); // lint refuses it before
    }
    return Destinations.isHere(check.url()) && !sender.privateToo()
        ? Optional.of(isPrivate(check.name()))
        : Optional.empty();
  }

  /** The one sentence for an address that may not be reached. */
  static String isPrivate(String name) {
    return "its address is private: set %s if that is meant"
        .formatted(setting(name, "private-addresses"));
  }

  private static Sender sender(String name, CheckConfig.Named named) {
    String setting = setting(name, "secret-file");
    try {
      List<WebhookSecret> secrets =
          SecretFile.lines(
                  named
                      .secretFile()
                      .orElseThrow(() -> new IllegalArgumentException("it is required")))
              .stream()
              .map(WebhookSecret::of)
              .toList();
      return new Sender(secrets, named.privateAddresses());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + ": " + e.getMessage(), e);
    }
  }

  private static String setting(String name, String what) {
    return "mayfly.grant.checks." + name + "." + what;
  }
}
