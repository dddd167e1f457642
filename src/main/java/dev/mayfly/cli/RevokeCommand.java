package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.ClientKey;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly revoke}: takes back a token of one's own, or as an operator what one names. */
@Command(
    name = "revoke",
    description = {
      "Give back a token of your own (RFC 7009), or, as an operator, revoke a credential,",
      "a grant, an identity or a signing key and wait until every node serves the news."
    },
    footer = {
      "",
      "Examples:",
      "  echo \"$TOKEN\" | mayfly revoke -k shop.jwk -",
      "  echo \"$TOKEN\" | mayfly revoke -k operator.jwk --credential - --reason \"leaked\"",
      "  mayfly revoke -k operator.jwk --grant 0199... --reason \"laptop stolen\"",
    })
final class RevokeCommand implements Callable<Integer> {

  private static final Duration ASK_EVERY = Duration.ofMillis(50);

  private final Surroundings around;

  @Mixin private final TokenSource source = new TokenSource();
  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @ArgGroup(heading = "As an operator, one of:%n")
  private Named named = new Named();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for the audit and whoever asks later. Required as an operator.")
  private Optional<String> reason = Optional.empty();

  @Option(
      names = "--now",
      description = {
        "With --key: do not wait until relying services know the successor. Those that cached",
        "the keys refuse new tokens until they fetch again."
      })
  private boolean now;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to wait for it to be served everywhere (0: not). Default: 10.")
  private long waitSeconds;

  /** What an operator names. */
  static final class Named {
    @Option(
        names = "--credential",
        paramLabel = "ID",
        description = "One credential by its jti; - for that of the token on standard input.")
    private Optional<String> credential = Optional.empty();

    @Option(names = "--grant", paramLabel = "ID", description = "A grant and all minted under it.")
    private Optional<String> grant = Optional.empty();

    @Option(
        names = "--identity",
        paramLabel = "ID",
        description = "An identity: its grants and their credentials.")
    private Optional<String> identity = Optional.empty();

    @Option(names = "--key", paramLabel = "KID", description = "A signing key and all it signed.")
    private Optional<String> key = Optional.empty();

    private Optional<Target> target() {
      return credential
          .map(id -> new Target("credential", id))
          .or(() -> grant.map(id -> new Target("grant", id)))
          .or(() -> identity.map(id -> new Target("identity", id)))
          .or(() -> key.map(id -> new Target("key", id)));
    }
  }

  private record Target(String scope, String id) {}

  RevokeCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Optional<Target> target = named.target();
    if (target.isEmpty()) {
      return giveBack();
    }
    if (source.given()) {
      throw Stop.usage("a token and --" + target.get().scope() + " are two things", "name one");
    }
    return revoke(target.get());
  }

  private int giveBack() throws Stop {
    String token = source.read(around);
    ClientKey key = operator.key(around);
    operator.broker(around).revoke(key, token);
    if (output.json()) {
      around.screen().json(Map.of("revoked", true));
    } else {
      Screen screen = around.screen();
      String at = Times.wall(around.clock().instant(), around.zone());
      screen.print(
          screen.dim(at) + "  " + screen.good("revoked") + "  if it was yours, it is over now");
    }
    return Exit.OK;
  }

  private int revoke(Target target) throws Stop {
    String why =
        reason
            .filter(text -> !text.isBlank())
            .orElseThrow(() -> Stop.usage("an operator says why", "add --reason \"...\""));
    String id = idOf(target);
    Broker.Api api = operator.open(around, OperatorOptions.REVOKE);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("scope", target.scope());
    body.put("target", id);
    body.put("reason", why);
    Json revocation =
        target.scope().equals("key")
            ? new KeyRevocation(around, operator).revoke(id, why, now, body)
            : api.post("/v1/revocations", body);
    if (!output.json()) {
      tellRevoked(target.scope() + " " + id, revocation);
    }
    Json last = waitSeconds > 0 ? untilEverywhere(api, revocation) : revocation;
    if (output.json()) {
      around.screen().json(last.members());
    } else {
      tellServed(last);
    }
    return Exit.OK;
  }

  /** The token itself goes nowhere: only its id does, and the operator vouches for that. */
  private String idOf(Target target) throws Stop {
    if (!target.scope().equals("credential") || !target.id().equals("-")) {
      return target.id();
    }
    return Tokens.unverifiedClaims(TokenSource.standardInput(around))
        .text("jti")
        .orElseThrow(
            () -> Stop.usage("standard input holds no token with a jti", "pipe the token itself"));
  }

  private Json untilEverywhere(Broker.Api api, Json revocation) {
    String id = revocation.text("id").orElse("");
    Instant giveUp = around.clock().instant().plusSeconds(waitSeconds);
    Json last = revocation;
    try {
      while (last.instant("everywhere_at").isEmpty() && around.clock().instant().isBefore(giveUp)) {
        around.pause().lasting(ASK_EVERY);
        last = api.get("/v1/revocations/" + Http.encode(id));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Stop unseen) {
      // The revocation is committed; only how far the news is cannot be seen.
      around
          .screen()
          .note(
              "cannot see how far the news is: "
                  + Screen.plain(String.valueOf(unseen.getMessage())));
    }
    return last;
  }

  private void tellRevoked(String what, Json revocation) {
    Screen screen = around.screen();
    Instant at = revocation.instant("at").orElseGet(around.clock()::instant);
    screen.print(
        screen.dim(Times.wall(at, around.zone()))
            + "  "
            + screen.good("revoked")
            + "  "
            + Screen.plain(what)
            + screen.dim("  (revocation " + Screen.plain(revocation.show("id")) + ")"));
  }

  private void tellServed(Json revocation) {
    Screen screen = around.screen();
    Optional<Instant> at = revocation.instant("at");
    Optional<Instant> everywhere = revocation.instant("everywhere_at");
    if (at.isPresent() && everywhere.isPresent()) {
      String took = Times.span(Duration.between(at.get(), everywhere.get()));
      screen.print(
          screen.dim(Times.wall(everywhere.get(), around.zone()))
              + "  "
              + screen.good("served")
              + "   by every node, "
              + screen.bold(took)
              + " later");
    } else if (waitSeconds > 0) {
      screen.note(
          screen.warn("not yet served by every node")
              + " after "
              + waitSeconds
              + " s; it is recorded and will be: new mints fail already");
    }
  }
}
