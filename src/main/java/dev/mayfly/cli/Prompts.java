package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Asks the person at the terminal, and again until the answer has the form that is wanted. */
final class Prompts {

  private static final Set<String> YES = Set.of("y", "yes");
  private static final int LONGEST = 4096;

  private final Surroundings around;

  Prompts(Surroundings around) {
    this.around = around;
  }

  /** Text that says something. */
  String text(String name, String description) throws Stop {
    Screen screen = around.screen();
    screen.note(screen.bold(name) + "  " + description);
    while (true) {
      String answer = line("> ");
      if (!answer.isBlank()) {
        return answer;
      }
    }
  }

  boolean confirmed(String question) throws Stop {
    return YES.contains(line(question + " [y/N] ").toLowerCase(Locale.ROOT));
  }

  /** What a role wants to know; nothing where that is allowed and Enter was all. */
  Optional<Object> input(Json input) throws Stop {
    boolean optional = input.isTrue("optional");
    Screen screen = around.screen();
    screen.note(
        screen.bold(Screen.plain(input.show("name")))
            + "  "
            + Screen.plain(input.show("description"))
            + screen.dim(
                "  (%s%s)"
                    .formatted(
                        Screen.plain(Inputs.wanted(input)), optional ? "; Enter for none" : "")));
    while (true) {
      String answer = line("> ");
      if (answer.isEmpty() && optional) {
        return Optional.empty();
      }
      Optional<Object> value = Inputs.value(input, answer);
      if (value.isPresent()) {
        return value;
      }
      screen.note(screen.warn("it must be ") + Screen.plain(Inputs.wanted(input)));
    }
  }

  private String line(String question) throws Stop {
    around.screen().ask(question);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      int next = around.in().read();
      while (next >= 0 && next != '\n' && line.size() < LONGEST) {
        line.write(next);
        next = around.in().read();
      }
      if (next < 0 && line.size() == 0) {
        around.screen().note("");
        throw Stop.usage("no answer came", "nothing was asked of the broker");
      }
    } catch (IOException e) {
      throw Stop.usage("the terminal cannot be read", "give the answers as options");
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
