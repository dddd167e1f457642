package dev.mayfly.policy;

import com.google.re2j.Pattern;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.List;
import java.util.Optional;

/** A value that a request carries for the role's conditions: {@code inputs.NAME}. */
public sealed interface Input {

  /** Characters of a text. */
  int MAX_LENGTH = 200;

  /** An identifier, so that CEL can say {@code inputs.NAME}. */
  String name();

  /** For whoever fills it in; may be empty. */
  String description();

  /** Whether it may be left out. */
  boolean optional();

  /**
   * Text of at most {@value #MAX_LENGTH} characters that this RE2 expression matches whole. Control
   * characters are refused whatever it says: the text is shown to whoever decides.
   */
  record Text(String name, String description, boolean optional, String pattern) implements Input {
    private boolean fits(String given) {
      return given.length() <= MAX_LENGTH
          && given.codePoints().noneMatch(Character::isISOControl)
          && Pattern.matches(pattern, given);
    }
  }

  /** A whole number, bounds included. */
  record Whole(String name, String description, boolean optional, long min, long max)
      implements Input {
    private Optional<Long> within(Object value) {
      Optional<Long> number =
          switch (value) {
            case Long whole -> Optional.of(whole);
            case Integer whole -> Optional.of(whole.longValue());
            default -> Optional.empty();
          };
      return number.filter(whole -> min <= whole && whole <= max);
    }
  }

  /** One of these, in the order of the document. */
  record Choice(String name, String description, boolean optional, List<String> of)
      implements Input {
    public Choice {
      of = List.copyOf(of);
    }
  }

  /** True or false. */
  record Flag(String name, String description, boolean optional) implements Input {}

  /** The value as CEL sees it: String, Long or Boolean; a refusal says what it must be. */
  default Outcome<Object> read(Object value) {
    Optional<Object> read =
        switch (this) {
          case Text text -> texts(value).filter(text::fits).map(Object.class::cast);
          case Whole whole -> whole.within(value).map(Object.class::cast);
          case Choice choice -> texts(value).filter(choice.of()::contains).map(Object.class::cast);
          case Flag flag -> value instanceof Boolean ? Optional.of(value) : Optional.empty();
        };
    return read.map(Outcome::ok)
        .orElseGet(
            () ->
                Outcome.refused(
                    new Refusal.Malformed(
                        "input-malformed", "inputs.%s must be %s".formatted(name(), should()))));
  }

  private static Optional<String> texts(Object value) {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** What a value must be, as a person reads it. */
  default String should() {
    return switch (this) {
      case Text text ->
          "text of at most %d characters like %s".formatted(MAX_LENGTH, text.pattern());
      case Whole whole -> "a whole number from %d to %d".formatted(whole.min(), whole.max());
      case Choice choice -> "one of " + String.join(", ", choice.of());
      case Flag flag -> "true or false";
    };
  }
}
