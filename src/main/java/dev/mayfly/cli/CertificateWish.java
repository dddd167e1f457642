package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What may be said of any certificate that is asked for: under which grant, for how long. */
final class CertificateWish {

  @Mixin private final GrantOption grant = new GrantOption();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "A shorter life than the role allows, e.g. 90s or 5m.")
  private Optional<String> ttl = Optional.empty();

  /** Before anything is made or asked. */
  void check() throws Stop {
    Ttl.check(ttl);
  }

  /**
   * The members of the request.
   *
   * @param kind the member that only this kind of certificate has
   */
  Map<String, String> members(String role, String kind, String value) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("role", role);
    members.put(kind, value);
    grant.id().ifPresent(id -> members.put("grant", id));
    ttl.ifPresent(time -> members.put("ttl", time));
    return members;
  }
}
