package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;

/** Shows the person of a session, as the broker knows them. */
final class Whoami {

  private Whoami() {}

  static int show(Broker.Api person, Surroundings around, OutputOptions output) throws Stop {
    Json me = person.get("/v1/me");
    Screen screen = around.screen();
    if (output.json()) {
      screen.json(me.members());
      return Exit.OK;
    }
    Instant now = around.clock().instant();
    screen.print(screen.bold(Screen.plain(me.show("name"))));
    line(screen, "groups", String.join(", ", me.texts("groups")));
    line(screen, "role", me.show("role"));
    line(
        screen,
        "session",
        me.instant("session_ends_at").map(end -> "ends " + Times.relative(end, now)).orElse(""));
    line(
        screen,
        "proved",
        me.instant("authenticated_at").map(at -> Times.relative(at, now)).orElse(""));
    return Exit.OK;
  }

  private static void line(Screen screen, String name, String value) {
    if (!value.isEmpty()) {
      screen.print(screen.dim(String.format("%-9s", name)) + Screen.plain(value));
    }
  }
}
