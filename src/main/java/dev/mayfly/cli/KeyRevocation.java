package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import java.time.Duration;
import java.util.Map;

/**
 * Compromise of a signing key as one command: prepare a successor, wait until relying services know
 * it (or not, with {@code --now}), and have it take over while the key is tainted. Ending the
 * command while it waits leaves the successor prepared; saying it again goes on from there.
 */
final class KeyRevocation {

  private static final Duration TRY_EVERY = Duration.ofSeconds(2);
  private static final String NOT_YET = "key-without-successor";

  private final Surroundings around;
  private final OperatorOptions operator;

  KeyRevocation(Surroundings around, OperatorOptions operator) {
    this.around = around;
    this.operator = operator;
  }

  /** Gives the revocation; {@code body} is what revokes. */
  Json revoke(String kid, String reason, boolean now, Map<String, Object> body) throws Stop {
    operator
        .open(around, OperatorOptions.REVOKE)
        .post("/v1/keys/" + Http.encode(kid) + "/successor", Map.of("reason", reason));
    boolean told = false;
    while (true) {
      try {
        // A fresh operator token for each try: the wait may outlive one.
        Broker.Api api = operator.open(around, OperatorOptions.REVOKE);
        return api.post("/v1/revocations" + (now ? "?now=true" : ""), body);
      } catch (Stop stop) {
        if (now || !stop.code().equals(NOT_YET)) {
          throw stop;
        }
        if (!told) {
          around
              .screen()
              .note(
                  "a successor is published; waiting until relying services know it"
                      + " (--now does not wait, Ctrl-C leaves it prepared)");
          around.screen().note("        " + Screen.plain(String.valueOf(stop.getMessage())));
          told = true;
        }
        pause();
      }
    }
  }

  private void pause() throws Stop {
    try {
      around.pause().lasting(TRY_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Stop.unreachable(
          "interrupted", "the wait was interrupted", "say it again to go on from here");
    }
  }
}
