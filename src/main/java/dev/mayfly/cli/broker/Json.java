package dev.mayfly.cli.broker;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON object read with questions that say what they expect; a wrong type is an absent value. */
public record Json(Map<String, Object> members) {

  /** The object with nothing in it: every question finds nothing. */
  public static final Json EMPTY = new Json(Map.of());

  /** The text as an object; empty when it is none. */
  public static Optional<Json> parse(String text) {
    try {
      return Optional.of(new Json(JSONObjectUtils.parse(text)));
    } catch (ParseException e) {
      return Optional.empty();
    }
  }

  public Optional<String> text(String name) {
    return members.get(name) instanceof String value ? Optional.of(value) : Optional.empty();
  }

  /** Any scalar as a person would write it; empty text when absent. */
  public String show(String name) {
    Object value = members.get(name);
    return switch (value) {
      case null -> "";
      case List<?> list -> String.join(" ", list.stream().map(String::valueOf).toList());
      case Double number when number == Math.rint(number) -> Long.toString(number.longValue());
      default -> value.toString();
    };
  }

  public Optional<Long> number(String name) {
    return members.get(name) instanceof Number value
        ? Optional.of(value.longValue())
        : Optional.empty();
  }

  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  /** Seconds since the epoch, as JWT writes times (RFC 7519 2, NumericDate). */
  public Optional<Instant> epoch(String name) {
    return number(name).map(Instant::ofEpochSecond);
  }

  /** ISO 8601, as the broker's own API writes times. */
  public Optional<Instant> instant(String name) {
    try {
      return text(name).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("unchecked")
  public Optional<Json> object(String name) {
    return members.get(name) instanceof Map<?, ?> map
        ? Optional.of(new Json((Map<String, Object>) map))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  public List<Json> objects(String name) {
    if (!(members.get(name) instanceof List<?> list)) {
      return List.of();
    }
    return list.stream()
        .filter(Map.class::isInstance)
        .map(map -> new Json((Map<String, Object>) map))
        .toList();
  }

  /** A list of texts, or one text as a list of one (the two forms of {@code aud}). */
  public List<String> texts(String name) {
    return switch (members.get(name)) {
      case String one -> List.of(one);
      case List<?> list ->
          list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case null, default -> List.of();
    };
  }
}
