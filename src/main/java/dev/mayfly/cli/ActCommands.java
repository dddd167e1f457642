package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a person says to one grant: yes, no, begin, end, longer, reviewed. */
final class ActCommands {

  private ActCommands() {}

  /** Says it, and shows how the grant stands then. */
  private static final class Act {

    @Mixin private final PersonOptions person = new PersonOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "ID", description = "The grant's id.")
    private String id = "";

    int say(Surroundings around, String verb, Map<String, Object> body) throws Stop {
      return show(around, post(person.open(around), verb, body));
    }

    /** The same word a second time changes nothing, and its reason is kept nowhere. */
    int decide(Surroundings around, String verb, String done, Optional<String> reason) throws Stop {
      Json grant = post(person.open(around), verb, because(reason));
      int shown = show(around, grant);
      if (grant.isTrue("repeated") && !output.json()) {
        String kept = reason.isPresent() ? ": the reason you give now was not recorded" : "";
        around.screen().note("        you have %s it already%s".formatted(done, kept));
      }
      return shown;
    }

    private Json post(Broker.Api api, String verb, Map<String, Object> body) throws Stop {
      return api.post("/v1/grants/" + Http.encode(id) + "/" + verb, body);
    }

    private int show(Surroundings around, Json grant) {
      if (output.json()) {
        around.screen().json(grant.members());
      } else {
        GrantView.print(around.screen(), grant, around.clock().instant());
      }
      return Exit.OK;
    }
  }

  private static Map<String, Object> because(Optional<String> reason) {
    return reason.<Map<String, Object>>map(text -> Map.of("reason", text)).orElse(Map.of());
  }

  /** {@code mayfly approve}. */
  @Command(
      name = "approve",
      description = {
        "Approve a request. It goes on waiting while its rule wants others too.",
        "'mayfly inbox' lists what waits for you, with the reasons."
      })
  static final class Approve implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
    private Optional<String> reason = Optional.empty();

    Approve(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      return act.decide(around, "approve", "approved", reason);
    }
  }

  /** {@code mayfly deny}. */
  @Command(name = "deny", description = "Deny a request, which ends it.")
  static final class Deny implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; who asked reads it.")
    private Optional<String> reason = Optional.empty();

    Deny(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      return act.decide(around, "deny", "denied", reason);
    }
  }

  /** {@code mayfly activate}. */
  @Command(name = "activate", description = "Begin with an approved grant: its time runs from now.")
  static final class Activate implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    Activate(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      return act.say(around, "activate", Map.of());
    }
  }

  /** {@code mayfly end}. */
  @Command(
      name = "end",
      description = {
        "End a grant, or take a request back.",
        "Every credential that was given under it dies."
      })
  static final class End implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
    private Optional<String> reason = Optional.empty();

    End(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      return act.say(around, "end", because(reason));
    }
  }

  /** {@code mayfly extend}. */
  @Command(
      name = "extend",
      description = {
        "Ask for more time: a new decision under the same rule.",
        "At a terminal it waits until it is decided."
      })
  static final class Extend implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    @Option(
        names = "--for",
        required = true,
        paramLabel = "DURATION",
        description = "How much longer, e.g. 30m.")
    private String duration = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
    private Optional<String> reason = Optional.empty();

    @Option(names = "--no-wait", description = "Do not wait for the decision at a terminal.")
    private boolean noWait;

    Extend(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Map<String, Object> body = new LinkedHashMap<>(because(reason));
      body.put("duration", duration);
      Broker.Api api = act.person.open(around);
      Json extension = act.post(api, "extend", body);
      boolean wait = around.asking() && !act.output.json() && !noWait;
      return act.show(
          around,
          wait
              ? new Following(around, api).untilDecided(List.of(extension)).getFirst()
              : extension);
    }
  }

  /** {@code mayfly review}. */
  @Command(name = "review", description = "Close the review of a break-glass.")
  static final class Review implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final Act act = new Act();

    @Option(
        names = "--finding",
        required = true,
        paramLabel = "TEXT",
        description = "What the review found.")
    private String finding = "";

    Review(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Json grant = act.post(act.person.open(around), "review", Map.of("reason", finding));
      if (act.output.json()) {
        return act.show(around, grant);
      }
      Screen screen = around.screen();
      screen.print(
          screen.good("reviewed")
              + "  "
              + Screen.plain(grant.show("role"))
              + "  the review is closed"
              + screen.dim("  " + Screen.plain(grant.show("id"))));
      return Exit.OK;
    }
  }
}
