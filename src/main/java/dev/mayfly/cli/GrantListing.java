package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A list of grants: a person's own, or what an operator looks for. */
final class GrantListing {

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--identity",
      paramLabel = "ID",
      description = "Of one identity (SPIFFE ID or id).")
  private Optional<String> identity = Optional.empty();

  @Option(names = "--role", paramLabel = "ROLE", description = "Over one role.")
  private Optional<String> role = Optional.empty();

  @Option(names = "--state", paramLabel = "STATE", description = "In one state, e.g. ACTIVE.")
  private Optional<String> state = Optional.empty();

  @Option(
      names = "--all",
      description = "Everybody's that you may see. With a key that is the default.")
  private boolean all;

  @Mixin private final PageOptions page = new PageOptions();

  int show(Surroundings around) throws Stop {
    OperatorOptions.Asking asking = operator.asking(around, OperatorOptions.READ);
    Query query =
        new Query("/v1/grants")
            .with("identity", of(asking))
            .with("role", role)
            .with("state", state);
    Json answer = asking.api().get(page.on(query).toString());
    return new Listing(around, output)
        .show(
            answer,
            new Table("STATE", "KIND", "ROLE", "IDENTITY", "ENDS", "GRANT"),
            "no grants",
            grant ->
                new String[] {
                  grant.text("state"),
                  kind(grant.json()),
                  grant.text("role"),
                  GrantView.who(grant.json()),
                  begins(grant.json()) + grant.when(end(grant.json())),
                  grant.text("id")
                });
  }

  private Optional<String> of(OperatorOptions.Asking asking) throws Stop {
    return identity.isPresent() || all || !asking.person()
        ? identity
        : asking.api().get("/v1/me").text("name");
  }

  /** A terminal's session lives under the browser's that confirmed it. */
  private static String kind(Json grant) {
    String kind = grant.show("kind").toLowerCase(Locale.ROOT);
    if (!kind.equals("session")) {
      return kind;
    }
    return grant.text("parent").isPresent() ? "terminal" : "browser";
  }

  /** What has not begun has no end yet: what is known is when it begins. */
  private static String begins(Json grant) {
    return GrantView.is(grant, "SCHEDULED") ? "begins " : "";
  }

  private static String end(Json grant) {
    if (grant.instant("ended_at").isPresent()) {
      return "ended_at";
    }
    return grant.instant("expires_at").isPresent() ? "expires_at" : "waits_until";
  }
}
