package dev.mayfly.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A SPIFFE ID with places for claims, e.g. {@code spiffe://td/ci/{claims.repository_id}} or {@code
 * spiffe://td/k8s/{claims["kubernetes.io"].namespace}}.
 *
 * <p>A value can not widen a name: it must be text or a whole number made of {@code [a-zA-Z0-9_-]}
 * and inner dots, so it never adds a separator, an escape or a relative segment.
 */
public final class SpiffeTemplate {

  private static final Pattern PLACE =
      Pattern.compile("\\{claims((?:\\.[A-Za-z_][A-Za-z0-9_]*|\\[\"[^\"\\\\{}]+\"])+)}");
  private static final Pattern STEP =
      Pattern.compile("\\.([A-Za-z_][A-Za-z0-9_]*)|\\[\"([^\"\\\\{}]+)\"]");
  private static final Pattern VALUE = Pattern.compile("[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*");
  private static final int MAX_VALUE = 255;

  private final List<Piece> pieces;
  private final String trustDomain;
  private final Pattern names;

  private SpiffeTemplate(List<Piece> pieces, String trustDomain) {
    this.pieces = List.copyOf(pieces);
    this.trustDomain = trustDomain;
    this.names =
        Pattern.compile(
            pieces.stream()
                .map(
                    piece ->
                        switch (piece) {
                          case Piece.Text(String text) -> Pattern.quote(text);
                          case Piece.Claim claim -> VALUE.pattern();
                        })
                .collect(Collectors.joining()));
  }

  /** A piece of the template: text as written, or the path to a claim. */
  private sealed interface Piece {
    record Text(String text) implements Piece {}

    record Claim(List<String> path) implements Piece {}
  }

  /** The template, or empty when the text is none in this trust domain. */
  public static Optional<SpiffeTemplate> parse(String text, String trustDomain) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder sample = new StringBuilder();
    Matcher place = PLACE.matcher(text);
    int end = 0;
    while (place.find()) {
      String before = text.substring(end, place.start());
      pieces.add(new Piece.Text(before));
      pieces.add(new Piece.Claim(steps(place.group(1))));
      sample.append(before).append('x');
      end = place.end();
    }
    pieces.add(new Piece.Text(text.substring(end)));
    sample.append(text.substring(end));
    return SpiffeId.problem(sample.toString(), trustDomain).isPresent()
        ? Optional.empty()
        : Optional.of(new SpiffeTemplate(pieces, trustDomain));
  }

  /** Whether the text is a template, in any trust domain. */
  static boolean isWellFormed(String text) {
    String domain = SpiffeId.trustDomainOf(text);
    return SpiffeId.isTrustDomain(domain) && parse(text, domain).isPresent();
  }

  /** The claims it takes values from, each as the path of names. */
  public List<List<String>> claims() {
    return pieces.stream()
        .filter(Piece.Claim.class::isInstance)
        .map(piece -> ((Piece.Claim) piece).path())
        .toList();
  }

  /** The name for these claims; empty when one is missing or has a value that no name may hold. */
  public Optional<String> fill(Map<String, Object> claims) {
    StringBuilder name = new StringBuilder();
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Text(String text) -> name.append(text);
        case Piece.Claim(List<String> path) -> {
          Optional<String> value = valueAt(claims, path);
          if (value.isEmpty()) {
            return Optional.empty();
          }
          name.append(value.get());
        }
      }
    }
    return Optional.of(name.toString())
        .filter(filled -> SpiffeId.problem(filled, trustDomain).isEmpty());
  }

  /** Whether some claims make this name. */
  boolean couldBe(String name) {
    return names.matcher(name).matches();
  }

  /**
   * Whether some name could be made by both: a value adds no separator, so two templates share no
   * name when a path segment of one begins or ends in a way that the other's cannot.
   */
  boolean overlaps(SpiffeTemplate other) {
    String[] one = shape().split("/", -1);
    String[] two = other.shape().split("/", -1);
    if (one.length != two.length) {
      return false;
    }
    for (int segment = 0; segment < one.length; segment++) {
      if (!compatible(one[segment], two[segment])) {
        return false;
      }
    }
    return true;
  }

  /** With a {@code *} for each place, which no name may hold otherwise. */
  private String shape() {
    StringBuilder shape = new StringBuilder();
    for (Piece piece : pieces) {
      shape.append(piece instanceof Piece.Text(String text) ? text : "*");
    }
    return shape.toString();
  }

  private static boolean compatible(String one, String two) {
    if (!one.contains("*") && !two.contains("*")) {
      return one.equals(two);
    }
    String oneStart = one.split("\\*", -1)[0];
    String twoStart = two.split("\\*", -1)[0];
    String oneEnd = one.substring(one.lastIndexOf('*') + 1);
    String twoEnd = two.substring(two.lastIndexOf('*') + 1);
    return (oneStart.startsWith(twoStart) || twoStart.startsWith(oneStart))
        && (oneEnd.endsWith(twoEnd) || twoEnd.endsWith(oneEnd));
  }

  private static List<String> steps(String path) {
    Matcher step = STEP.matcher(path);
    List<String> names = new ArrayList<>();
    while (step.find()) {
      names.add(step.group(1) != null ? step.group(1) : step.group(2));
    }
    return names;
  }

  private static Optional<String> valueAt(Map<String, Object> claims, List<String> path) {
    Object at = claims;
    for (String name : path) {
      if (!(at instanceof Map<?, ?> map) || map.get(name) == null) {
        return Optional.empty();
      }
      at = map.get(name);
    }
    return switch (at) {
      case String text when text.length() <= MAX_VALUE && VALUE.matcher(text).matches() ->
          Optional.of(text);
      case Long number when number >= 0 -> Optional.of(number.toString());
      case Integer number when number >= 0 -> Optional.of(number.toString());
      default -> Optional.empty();
    };
  }
}
