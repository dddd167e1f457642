package dev.mayfly.http.grants;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mayfly.DurationText;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.StrictJson;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a request's JSON object: what has the wrong form is named, what nobody knows
 * is refused, and the first mistake is the one that is told.
 */
final class Body {

  private static final int LONGEST_TEXT = 500;

  private final Map<String, Object> members;
  private final Set<String> read = new TreeSet<>();
  private Optional<Refusal> mistake = Optional.empty();

  private Body(Map<String, Object> members) {
    this.members = members;
  }

  /** No body is an empty object. */
  static Outcome<Body> parse(byte @Nullable [] json) {
    if (json == null || json.length == 0) {
      return Outcome.ok(new Body(Map.of()));
    }
    try {
      return Outcome.ok(new Body(StrictJson.object(json)));
    } catch (JsonProcessingException e) {
      return Outcome.refused(
          new Refusal.Malformed("malformed-json", "the body must be one JSON object"));
    }
  }

  Optional<String> text(String name) {
    return take(name, String.class, "text")
        .filter(
            text ->
                keep(
                    text.length() <= LONGEST_TEXT
                        && text.codePoints().noneMatch(Character::isISOControl),
                    name,
                    "at most " + LONGEST_TEXT + " characters without control characters"));
  }

  /** Text that must be there and say something. */
  String required(String name) {
    Optional<String> text = text(name).filter(Predicate.not(String::isBlank));
    keep(text.isPresent(), name, "given");
    return text.orElse("");
  }

  boolean flag(String name) {
    return take(name, Boolean.class, "true or false").orElse(false);
  }

  Optional<Duration> duration(String name) {
    Optional<String> text = text(name);
    Optional<Duration> duration = text.flatMap(DurationText::parse).filter(Duration::isPositive);
    keep(text.isEmpty() || duration.isPresent(), name, "a duration like 30m, 2h or PT30M");
    return duration;
  }

  Optional<Instant> instant(String name) {
    return text(name)
        .flatMap(
            text -> {
              try {
                return Optional.of(Instant.parse(text));
              } catch (DateTimeParseException e) {
                keep(false, name, "a time like 2030-01-31T12:00:00Z");
                return Optional.empty();
              }
            });
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Object item : take(name, List.class, "a list of text").orElse(List.of())) {
      if (keep(item instanceof String, name, "a list of text") && item instanceof String text) {
        texts.add(text);
      }
    }
    return texts;
  }

  /** Plain values by name. */
  Map<String, Object> values(String name) {
    @SuppressWarnings("unchecked") // StrictJson gives text as every name
    Map<String, Object> values =
        (Map<String, Object>) take(name, Map.class, "an object").orElse(Map.of());
    keep(
        values.values().stream()
            .allMatch(
                value ->
                    value instanceof String || value instanceof Long || value instanceof Boolean),
        name,
        "an object of text, whole numbers, true and false");
    return values;
  }

  /** What was read, if all of it was well-formed and nothing was left over. */
  <T> Outcome<T> done(T value) {
    members.keySet().stream()
        .filter(Predicate.not(read::contains))
        .findFirst()
        .ifPresent(name -> keep(false, name, "left out: nobody knows it here"));
    return mistake.<Outcome<T>>map(Outcome::refused).orElseGet(() -> Outcome.ok(value));
  }

  private <T> Optional<T> take(String name, Class<T> type, String should) {
    read.add(name);
    Optional<Object> value = Optional.ofNullable(members.get(name));
    keep(value.isEmpty() || type.isInstance(value.get()), name, should);
    return value.filter(type::isInstance).map(type::cast);
  }

  private boolean keep(boolean fine, String name, String should) {
    if (!fine && mistake.isEmpty()) {
      // A stranger's name is quoted only as far as it is a harmless word.
      String shown = name.matches("[a-z_]{1,32}") ? name : "a member";
      mistake =
          Optional.of(new Refusal.Malformed("malformed-parameter", shown + " must be " + should));
    }
    return fine;
  }
}
