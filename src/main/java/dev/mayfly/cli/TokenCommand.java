package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.DpopKey;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Proof;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly token}: proves who asks and prints the token alone. */
@Command(
    name = "token",
    description = "Get a token; it is printed alone, so TOKEN=$(mayfly token ...) works.",
    footer = {
      "",
      "Examples:",
      "  TOKEN=$(mayfly token -k shop.jwk --role orders-writer)",
      "  TOKEN=$(mayfly token --cert tls/certificate.pem --key tls/key.pem --role till-sales)",
    })
final class TokenCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final ProofOptions proof = new ProofOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-r", "--role"},
      paramLabel = "ROLE",
      description = "The role to mint under. May be left out when only one fits.")
  private Optional<String> role = Optional.empty();

  @Option(
      names = "--grant",
      paramLabel = "ID",
      description = "For an agent: the grant to act under, where it acts for several people.")
  private Optional<String> grant = Optional.empty();

  @Option(
      names = "--resource",
      paramLabel = "URI",
      description = "The service the token is for (RFC 8707). Repeat for several.")
  private List<String> resources = new ArrayList<>();

  @Option(
      names = {"-s", "--scope"},
      paramLabel = "SCOPE",
      description = "What it may do there. Repeat, or separate by spaces.")
  private List<String> scopes = new ArrayList<>();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "A shorter life than the role allows, e.g. 90s or 5m.")
  private Optional<String> ttl = Optional.empty();

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "The same key again within its window yields the same credential.")
  private Optional<String> idempotencyKey = Optional.empty();

  @Option(
      names = "--dpop",
      description = {
        "Bind the token to a key of this user (RFC 9449); without it the token is worth nothing.",
        "The key is made on first use, in mayfly/dpop.jwk under XDG_STATE_HOME."
      })
  private boolean dpop;

  @Option(
      names = {"-q", "--quiet"},
      description = "Say nothing about the token on standard error.")
  private boolean quiet;

  TokenCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Ttl.check(ttl);
    Broker.Wish wish = new Broker.Wish(role, resources, scopes, ttl, idempotencyKey, grant);
    Json answer = ask(wish);
    String token =
        answer
            .text("access_token")
            .orElseThrow(
                () -> Stop.refused("no-token", "the answer held no token", "is that a broker?"));
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      around.screen().print(token);
      if (!quiet) {
        describe(token, answer);
      }
    }
    return Exit.OK;
  }

  private Path keyFile() {
    return around.stateFolder().resolve(DpopKey.FILE);
  }

  private Json ask(Broker.Wish wish) throws Stop {
    ProofOptions.Asking asking = proof.open(broker, around);
    Proof who = asking.proof().orElseThrow(TokenCommand::nobody);
    Broker at = dpop ? asking.broker().holding(DpopKey.at(keyFile())) : asking.broker();
    return at.tokenFor(who, wish);
  }

  private static Stop nobody() {
    return Stop.notAuthenticated(
        "no-key",
        "no key to prove who is asking",
        "give --key-file (MAYFLY_KEY_FILE), --cert, --join-token or --assertion-file; people:"
            + " mayfly run --role ROLE -- COMMAND");
  }

  /** For the person: what was given, which may be less than what was asked. */
  private void describe(String token, Json answer) {
    Json claims = Tokens.unverifiedClaims(token);
    Screen screen = around.screen();
    Instant now = around.clock().instant();
    String life =
        claims
            .epoch("exp")
            .map(end -> Times.relative(end, now))
            .or(
                () ->
                    answer.number("expires_in").map(s -> "in " + Times.span(Duration.ofSeconds(s))))
            .orElse("at an unknown time");
    field(screen, "subject", claims.show("sub"));
    Tokens.acting(claims).forEach((name, value) -> field(screen, name, value));
    field(screen, "audience", claims.show("aud"));
    field(screen, "scope", claims.show("scope"));
    field(screen, "expires", life);
    field(screen, "bound to", boundTo(claims));
    field(screen, "credential", claims.show("jti"));
    field(screen, "grant", claims.show("grant"));
  }

  /** The file of what the token is bound to, which says more here than a thumbprint. */
  private String boundTo(Json claims) {
    Json bound = claims.object("cnf").orElse(Json.EMPTY);
    if (dpop) {
      return keyFile().toString();
    }
    return bound
        .text("x5t#S256")
        .flatMap(thumbprint -> proof.certificate())
        .map(Path::toString)
        .orElse("");
  }

  private static void field(Screen screen, String name, String value) {
    if (!value.isEmpty()) {
      screen.note(screen.dim(String.format("%-11s", name)) + Screen.plain(value));
    }
  }
}
