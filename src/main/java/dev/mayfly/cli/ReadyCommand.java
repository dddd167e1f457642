package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Stop;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly ready}: for scripts that start a broker and then want something of it. */
@Command(
    name = "ready",
    description = "Wait until the broker is ready to mint; ends with 5 when it is not in time.")
final class ReadyCommand implements Callable<Integer> {

  private static final Duration ASK_EVERY = Duration.ofMillis(100);

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "How long to wait. Default: ask once.")
  private long waitSeconds;

  ReadyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    URI base = broker.address(around);
    URI ready = URI.create(base.getScheme() + "://" + base.getRawAuthority() + "/health/ready");
    Http http = broker.http(around);
    Instant giveUp = around.clock().instant().plusSeconds(waitSeconds);
    while (true) {
      try {
        if (http.get(ready, Map.of()).isOk()) {
          return Exit.OK;
        }
        if (!around.clock().instant().isBefore(giveUp)) {
          throw Stop.unreachable(
              "not-ready", "the broker at " + base + " is not ready", "its log says what it lacks");
        }
      } catch (Stop away) {
        if (!around.clock().instant().isBefore(giveUp)) {
          throw away;
        }
      }
      pause();
    }
  }

  private void pause() throws Stop {
    try {
      around.pause().lasting(ASK_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Stop.unreachable("interrupted", "the wait was interrupted", "");
    }
  }
}
