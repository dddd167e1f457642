package dev.mayfly.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text with places for claims, e.g. {@code {claims.repository_id}} or {@code
 * {claims["kubernetes.io"].namespace}}.
 *
 * <p>A value can not widen what it is filled into: it must be text or a whole number of the form
 * that the template takes, so it never adds a separator, an escape or a wildcard.
 */
final class ClaimTemplate {

  /** Letters, digits, underscores, hyphens and inner dots: a segment of a path. */
  static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*");

  private static final Pattern PLACE =
      Pattern.compile("\\{claims((?:\\.[A-Za-z_][A-Za-z0-9_]*|\\[\"[^\"\\\\{}]+\"])+)}");
  private static final Pattern STEP =
      Pattern.compile("\\.([A-Za-z_][A-Za-z0-9_]*)|\\[\"([^\"\\\\{}]+)\"]");
  private static final int MAX_VALUE = 255;

  private final List<Piece> pieces;
  private final Pattern value;

  private ClaimTemplate(List<Piece> pieces, Pattern value) {
    this.pieces = List.copyOf(pieces);
    this.value = value;
  }

  /** A piece of the template: text as written, or the path to a claim. */
  private sealed interface Piece {
    record Text(String text) implements Piece {}

    record Claim(List<String> path) implements Piece {}
  }

  /**
   * Every text is a template; whether it makes good names is for whoever uses it to say.
   *
   * @param value what a claim's value must match
   */
  static ClaimTemplate parse(String text, Pattern value) {
    List<Piece> pieces = new ArrayList<>();
    Matcher place = PLACE.matcher(text);
    int end = 0;
    while (place.find()) {
      pieces.add(new Piece.Text(text.substring(end, place.start())));
      pieces.add(new Piece.Claim(steps(place.group(1))));
      end = place.end();
    }
    pieces.add(new Piece.Text(text.substring(end)));
    return new ClaimTemplate(pieces, value);
  }

  /** The claims it takes values from, each as the path of names. */
  List<List<String>> claims() {
    return pieces.stream()
        .filter(Piece.Claim.class::isInstance)
        .map(piece -> ((Piece.Claim) piece).path())
        .toList();
  }

  /** With the same text in each place. */
  String with(String sample) {
    return pieces.stream()
        .map(piece -> piece instanceof Piece.Text(String text) ? text : sample)
        .collect(Collectors.joining());
  }

  /** As a pattern that matches all it can become. */
  Pattern pattern() {
    return Pattern.compile(
        pieces.stream()
            .map(
                piece ->
                    switch (piece) {
                      case Piece.Text(String text) -> Pattern.quote(text);
                      case Piece.Claim claim -> value.pattern();
                    })
            .collect(Collectors.joining()));
  }

  /** The text for these claims; empty when one is missing or has a value that may not be in it. */
  Optional<String> fill(Map<String, Object> claims) {
    return fill(path -> valueAt(claims, path));
  }

  private Optional<String> fill(Function<List<String>, Optional<String>> values) {
    StringBuilder filled = new StringBuilder();
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Text(String text) -> filled.append(text);
        case Piece.Claim(List<String> path) -> {
          Optional<String> found = values.apply(path);
          if (found.isEmpty()) {
            return Optional.empty();
          }
          filled.append(found.get());
        }
      }
    }
    return Optional.of(filled.toString());
  }

  private static List<String> steps(String path) {
    Matcher step = STEP.matcher(path);
    List<String> names = new ArrayList<>();
    while (step.find()) {
      names.add(step.group(1) != null ? step.group(1) : step.group(2));
    }
    return names;
  }

  private Optional<String> valueAt(Map<String, Object> claims, List<String> path) {
    Object at = claims;
    for (String name : path) {
      if (!(at instanceof Map<?, ?> map) || map.get(name) == null) {
        return Optional.empty();
      }
      at = map.get(name);
    }
    return switch (at) {
      case String text when text.length() <= MAX_VALUE && value.matcher(text).matches() ->
          Optional.of(text);
      case Long number when number >= 0 -> Optional.of(number.toString());
      case Integer number when number >= 0 -> Optional.of(number.toString());
      default -> Optional.empty();
    };
  }
}
