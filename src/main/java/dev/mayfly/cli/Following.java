package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits until requests are decided, with a line that says how they stand. Who goes away takes
 * nothing back: the request waits on, and they are told how to find it again.
 */
final class Following {

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Surroundings around;
  private final Broker.Api person;

  Following(Surroundings around, Broker.Api person) {
    this.around = around;
    this.person = person;
  }

  /** The grants as they stand once nobody waits for a decision any more. */
  List<Json> untilDecided(List<Json> grants) throws Stop {
    Thread comeBack = new Thread(() -> sayHowToComeBack(grants));
    Runtime.getRuntime().addShutdownHook(comeBack);
    try {
      List<Json> present = grants;
      while (present.stream().anyMatch(GrantView::isUndecided)) {
        status(present);
        around.pause().lasting(PAUSE);
        present = again(present);
      }
      return present;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      sayHowToComeBack(grants);
      throw Stop.refused("interrupted", "nobody waits here any more; the request stands", "");
    } finally {
      around.screen().clearStatus();
      forget(comeBack);
    }
  }

  private List<Json> again(List<Json> grants) throws Stop {
    List<Json> present = new ArrayList<>();
    for (Json grant : grants) {
      present.add(
          GrantView.isUndecided(grant)
              ? person.get("/v1/grants/" + Http.encode(grant.show("id")))
              : grant);
    }
    return present;
  }

  private void status(List<Json> grants) {
    List<Json> open = grants.stream().filter(GrantView::isUndecided).toList();
    String roles = String.join(", ", open.stream().map(grant -> grant.show("role")).toList());
    Instant now = around.clock().instant();
    String left =
        open.getFirst()
            .instant("waits_until")
            .map(end -> "; it lapses " + Times.relative(end, now))
            .orElse("");
    around
        .screen()
        .status("waiting for a decision on " + Screen.plain(roles) + left + "  (Ctrl-C: leave)");
  }

  private void sayHowToComeBack(List<Json> grants) {
    Screen screen = around.screen();
    screen.clearStatus();
    screen.note("the request stands. How it goes on:");
    for (Json grant : grants) {
      screen.note("        mayfly grants show " + Screen.plain(grant.show("id")));
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook says its words.
    }
  }
}
