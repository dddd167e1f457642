package dev.mayfly.cli;

import static java.util.stream.Collectors.joining;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The answers to what roles want to know, in the types that they declare. The broker has the last
 * word: what it does not tell us in a form that we understand is sent as it was typed.
 */
final class Inputs {

  private final Map<String, Json> declared;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private Inputs(Map<String, Json> declared) {
    this.declared = declared;
  }

  /** Those that were given as options, {@code name=value}. */
  static Inputs of(Map<String, Json> declared, List<String> given) throws Stop {
    Inputs inputs = new Inputs(declared);
    for (String one : given) {
      int equals = one.indexOf('=');
      if (equals < 1) {
        throw Stop.usage("--input " + one + " is no name=value", "write --input order=4711");
      }
      inputs.take(one.substring(0, equals), one.substring(equals + 1));
    }
    return inputs;
  }

  private void take(String name, String text) throws Stop {
    Json input = declared.get(name);
    if (input == null) {
      values.put(name, text);
      return;
    }
    values.put(
        name,
        value(input, text)
            .orElseThrow(() -> Stop.usage("--input " + name + " must be " + wanted(input), "")));
  }

  /** Asks for what is missing. */
  void complete(Prompts prompts) throws Stop {
    for (Map.Entry<String, Json> input : declared.entrySet()) {
      if (!values.containsKey(input.getKey())) {
        prompts.input(input.getValue()).ifPresent(value -> values.put(input.getKey(), value));
      }
    }
  }

  /** Where nobody could be asked: all that is missing, in the form that it is typed. */
  void mustBeComplete() throws Stop {
    List<Json> missing =
        declared.values().stream()
            .filter(input -> !input.isTrue("optional"))
            .filter(input -> !values.containsKey(input.show("name")))
            .toList();
    if (!missing.isEmpty()) {
      throw Stop.usage(
          missing.stream()
              .map(one -> "%s is missing: %s".formatted(one.show("name"), wanted(one)))
              .collect(joining("; ")),
          missing.stream()
              .map(one -> "-i %s=...".formatted(one.show("name")))
              .collect(joining(" ", "add ", "")));
    }
  }

  Map<String, Object> values() {
    return values;
  }

  /** How an answer has to look. */
  static String wanted(Json input) {
    return switch (input.show("type")) {
      case "choice" -> "one of " + String.join(", ", input.texts("of"));
      case "boolean" -> "yes or no";
      default -> input.show("should");
    };
  }

  /** The answer in the declared type; empty when it is none. */
  static Optional<Object> value(Json input, String text) {
    return switch (input.show("type")) {
      case "integer" -> whole(input, text);
      case "boolean" -> flag(text);
      case "choice" -> Optional.<Object>of(text).filter(input.texts("of")::contains);
      default -> Optional.<Object>of(text).filter(value -> fits(input, text));
    };
  }

  private static Optional<Object> whole(Json input, String text) {
    try {
      long value = Long.parseLong(text);
      boolean inside =
          value >= input.number("min").orElse(Long.MIN_VALUE)
              && value <= input.number("max").orElse(Long.MAX_VALUE);
      return inside ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Object> flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "y" -> Optional.of(true);
      case "false", "no", "n" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** The broker's patterns are RE2; one that Java does not know is left to it. */
  private static boolean fits(Json input, String text) {
    try {
      return !text.isEmpty()
          && input.text("pattern").map(p -> Pattern.matches(p, text)).orElse(true);
    } catch (PatternSyntaxException e) {
      return true;
    }
  }
}
