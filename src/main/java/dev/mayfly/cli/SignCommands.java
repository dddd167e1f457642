package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.DpopKey;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What other commands sign unseen, printed for {@code curl}. Both are good once and for a minute at
 * most, and say nothing that whoever holds the key file could not say anyway.
 */
final class SignCommands {

  private SignCommands() {}

  /** {@code mayfly assertion}. */
  @Command(
      name = "assertion",
      description = {
        "Print a fresh client assertion (RFC 7523), as curl sends it in client_assertion.",
        "It is good once, within a minute; until then whoever has it can be you."
      })
  static final class Assertion implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final BrokerOptions broker = new BrokerOptions();
    @Mixin private final ClientOptions client = new ClientOptions();

    Assertion(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Broker at = broker.open(around);
      around
          .screen()
          .print(
              client
                  .key(around, "it is what the assertion is signed with")
                  .assertion(at.issuer(), around.clock().instant()));
      return Exit.OK;
    }
  }

  /** {@code mayfly proof}. */
  @Command(
      name = "proof",
      description = {
        "Print a fresh DPoP proof (RFC 9449) for one request, as curl sends it in the header DPoP.",
        "It is signed with the key that 'mayfly login' and 'mayfly token --dpop' use."
      },
      footer = {
        "",
        "Examples:",
        "  mayfly proof POST http://localhost:8480/oauth/token --nonce \"$NONCE\"",
        "  echo \"$TOKEN\" | mayfly proof GET http://localhost:8480/v1/me --ath --nonce \"$NONCE\"",
      })
  static final class Proof implements Callable<Integer> {

    private final Surroundings around;

    @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST, ...")
    private String method = "";

    @Parameters(index = "1", paramLabel = "URL", description = "Where the request goes.")
    private URI url = URI.create("");

    @Option(
        names = "--nonce",
        paramLabel = "NONCE",
        description = "What the header DPoP-Nonce of the last answer said; none at first.")
    private Optional<String> nonce = Optional.empty();

    @Option(
        names = "--ath",
        description = "For a request with an access token: the one on standard input.")
    private boolean withToken;

    Proof(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      if (url.getRawAuthority() == null) {
        throw Stop.usage(url + " is no address", "write the whole URL of the request");
      }
      Optional<String> token =
          withToken ? Optional.of(TokenSource.standardInput(around)) : Optional.empty();
      around
          .screen()
          .print(
              DpopKey.at(around.stateFolder().resolve(DpopKey.FILE))
                  .proof(
                      method.toUpperCase(Locale.ROOT),
                      url,
                      token,
                      nonce.filter(Predicate.not(String::isEmpty)),
                      around.clock().instant()));
      return Exit.OK;
    }
  }
}
