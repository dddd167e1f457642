package dev.mayfly.http;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.Page;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads query parameters and path segments; what is malformed is refused with its name. */
public final class Ask {

  private static final int USUAL_LIMIT = 50;
  private static final int GREATEST_LIMIT = 200;
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
  private static final Pattern LIMIT = Pattern.compile("[1-9][0-9]{0,2}");
  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private Ask() {}

  /** {@code limit} (1 to 200, 50 when absent) and {@code after}, a cursor of the same listing. */
  public static Outcome<Page.Request> page(
      @Nullable String limit, @Nullable String after, Predicate<String> isCursor) {
    int rows = USUAL_LIMIT;
    if (limit != null) {
      if (!LIMIT.matcher(limit).matches() || Integer.parseInt(limit) > GREATEST_LIMIT) {
        return malformed("limit must be a number from 1 to " + GREATEST_LIMIT);
      }
      rows = Integer.parseInt(limit);
    }
    if (after != null && !isCursor.test(after)) {
      return malformed("after must be the next of an earlier page");
    }
    return Outcome.ok(new Page.Request(rows, Optional.ofNullable(after)));
  }

  /** Refuses what no text of ours holds; a NUL would be an error of the database. */
  public static Outcome<Boolean> isText(Collection<List<String>> values) {
    return values.stream()
            .flatMap(List::stream)
            .flatMapToInt(String::chars)
            .anyMatch(Character::isISOControl)
        ? malformed("a parameter holds a control character")
        : Outcome.ok(true);
  }

  public static boolean isId(String text) {
    return UUID.matcher(text).matches();
  }

  /** An optional id in canonical form. */
  public static <T> Outcome<Optional<T>> id(
      String name, @Nullable String text, Function<String, T> read) {
    if (text == null) {
      return Outcome.ok(Optional.empty());
    }
    return isId(text)
        ? Outcome.ok(Optional.of(read.apply(text)))
        : malformed(name + " is not an id");
  }

  /** One of an enum's names, in capitals. */
  public static <E extends Enum<E>> Outcome<Optional<E>> oneOf(
      String name, @Nullable String text, E[] values) {
    if (text == null) {
      return Outcome.ok(Optional.empty());
    }
    for (E value : values) {
      if (value.name().equals(text)) {
        return Outcome.ok(Optional.of(value));
      }
    }
    return malformed(
        name
            + " must be one of "
            + Arrays.stream(values).map(Enum::name).collect(Collectors.joining(", ")));
  }

  /** An ISO 8601 instant. */
  public static Outcome<Optional<Instant>> instant(String name, @Nullable String text) {
    try {
      Optional<Instant> asked = Optional.ofNullable(text).map(Instant::parse);
      // Years beyond are no times of ours, and the database's type ends somewhere there.
      return asked.map(at -> at.isBefore(FIRST) || at.isAfter(LAST)).orElse(false)
          ? malformed(name + " must be a time of these centuries")
          : Outcome.ok(asked);
    } catch (DateTimeParseException e) {
      return malformed(name + " must be a time like 2030-01-31T12:00:00Z");
    }
  }

  /** The thing a path names; what is no id names nothing. */
  public static <T> Outcome<T> thing(String id, Function<String, T> read) {
    return isId(id) ? Outcome.ok(read.apply(id)) : Outcome.refused(nothing());
  }

  /** What was looked for, or that it is not there. */
  public static <T> Outcome<T> found(Optional<T> thing) {
    return thing.map(Outcome::ok).orElseGet(() -> Outcome.refused(nothing()));
  }

  private static Refusal nothing() {
    return new Refusal.NotFound("not-found", "an operator asked for what is not there");
  }

  private static <T> Outcome<T> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-parameter", say));
  }
}
