package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.relying.DiskCache;
import dev.mayfly.cli.relying.Pages;
import dev.mayfly.cli.relying.Verdict;
import dev.mayfly.cli.relying.Verifier;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly verify}: what a relying service would say to a token, without asking anybody. */
@Command(
    name = "verify",
    description = {
      "Verify a token offline, as a relying service does.",
      "Keys and status lists are kept on disk for as long as they say."
    },
    footer = {
      "",
      "Examples:",
      "  echo \"$TOKEN\" | mayfly verify --audience https://orders.example -",
      "  echo \"$TOKEN\" | mayfly verify --audience https://orders.example --watch -",
    })
final class VerifyCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final TokenSource source = new TokenSource();
  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-a", "--audience"},
      required = true,
      paramLabel = "URI",
      description = "The service you are: the token must be for it.")
  private String audience = "";

  @Option(
      names = {"-s", "--scope"},
      paramLabel = "SCOPE",
      description = "A scope the token must carry. Repeat for several.")
  private List<String> scopes = new ArrayList<>();

  @Option(
      names = {"-w", "--watch"},
      description = "Go on verifying and say the moment it is refused.")
  private boolean watch;

  VerifyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    String token = source.read(around);
    Pages pages =
        new Pages(broker.http(around), new DiskCache(around.cacheFolder()), around.clock());
    Verifier verifier =
        new Verifier(broker.address(around), audience, scopes, pages, around.clock());
    if (watch) {
      return new Watch(around, verifier, token, output.json()).run();
    }
    return switch (verifier.verify(token)) {
      case Verdict.Valid valid -> show(valid);
      case Verdict.Invalid invalid -> show(invalid);
    };
  }

  private int show(Verdict.Valid valid) {
    Screen screen = around.screen();
    if (output.json()) {
      screen.json(json(valid));
      return Exit.OK;
    }
    Json claims = valid.claims();
    String expiry = Times.relative(valid.expiresAt(), around.clock().instant());
    screen.print(screen.good("valid") + "  expires " + expiry);
    field(screen, "subject", claims.show("sub"));
    Tokens.acting(claims).forEach((name, value) -> field(screen, name, value));
    field(screen, "audience", claims.show("aud"));
    field(screen, "scope", claims.show("scope"));
    field(screen, "bound to", Tokens.boundTo(claims));
    field(screen, "credential", claims.show("jti"));
    field(screen, "grant", claims.show("grant"));
    field(screen, "key", valid.header().show("kid") + " (" + valid.header().show("alg") + ")");
    field(screen, "status", "entry " + valid.index() + " of " + valid.list());
    return Exit.OK;
  }

  private int show(Verdict.Invalid invalid) {
    Screen screen = around.screen();
    if (output.json()) {
      screen.json(json(invalid));
    } else {
      String say = Screen.plain(invalid.say());
      screen.print(screen.bad("refused") + "  " + say + screen.dim("  (" + invalid.code() + ")"));
    }
    return Exit.REFUSED;
  }

  private static void field(Screen screen, String name, String value) {
    if (!value.isEmpty()) {
      screen.print(screen.dim(String.format("%-11s", name)) + Screen.plain(value));
    }
  }

  static Map<String, Object> json(Verdict verdict) {
    Map<String, Object> members = new LinkedHashMap<>();
    switch (verdict) {
      case Verdict.Valid valid -> {
        members.put("valid", true);
        members.put("expires_at", valid.expiresAt().toString());
        members.put("list", valid.list().toString());
        members.put("index", valid.index());
        members.put("list_fresh_until", valid.freshUntil().toString());
        members.put("claims", valid.claims().members());
      }
      case Verdict.Invalid invalid -> {
        members.put("valid", false);
        members.put("code", invalid.code());
        members.put("reason", invalid.say());
      }
    }
    return members;
  }
}
