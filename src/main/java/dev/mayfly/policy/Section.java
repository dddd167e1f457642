package dev.mayfly.policy;

import dev.mayfly.policy.Findings.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One mapping of the document while it is read, strictly: each key is asked for once, what nobody
 * asked for is an error, and whatever is wrong becomes a finding at its place.
 *
 * <p>After an error reading goes on with an empty value, so that one run finds everything; a
 * document with errors never becomes a {@link Policy}.
 */
final class Section {

  private final String path;
  private final Position position;
  private final Reading reading;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Position> keys = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  /** What all sections of one document share. */
  record Reading(Findings findings, Map<String, Position> positions) {}

  Section(MappingNode node, String path, Reading reading) {
    this.path = path;
    this.position = YamlSource.position(node);
    this.reading = reading;
    reading.positions().put(path, position);
    for (NodeTuple tuple : node.getValue()) {
      add(tuple.getKeyNode(), tuple.getValueNode());
    }
  }

  private void add(Node key, Node value) {
    Position at = YamlSource.position(key);
    if (!(key instanceof ScalarNode scalar)) {
      reading.findings().error(FindingCode.WRONG_TYPE, at, "a key must be plain text");
      return;
    }
    String name = scalar.getValue();
    if (values.putIfAbsent(name, value) != null) {
      reading.findings().error(FindingCode.DUPLICATE_KEY, at, "%s is given twice".formatted(name));
      return;
    }
    keys.put(name, at);
    reading.positions().put(pathOf(name), YamlSource.position(value));
  }

  String path() {
    return path;
  }

  Position position() {
    return position;
  }

  Position positionOf(String key) {
    return reading.positions().getOrDefault(pathOf(key), position);
  }

  Set<String> names() {
    return Set.copyOf(values.keySet());
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Text that must be there. */
  String text(String key) {
    return required(key).map(node -> scalar(key, node)).orElse("");
  }

  /** Text that may be absent; blank is not absent. */
  Optional<String> optionalText(String key) {
    return optional(key).map(node -> scalar(key, node)).filter(text -> !text.isEmpty());
  }

  /** A scalar of its own syntax, e.g. a duration; {@code none} goes on after an error. */
  <T> T value(
      String key, Function<String, Optional<T>> syntax, FindingCode code, String should, T none) {
    return required(key)
        .map(node -> scalar(key, node))
        .filter(text -> !text.isEmpty())
        .flatMap(text -> parsed(key, text, syntax, code, should))
        .orElse(none);
  }

  /** As {@link #value}, for a key that may be absent. */
  <T> Optional<T> optionalValue(
      String key, Function<String, Optional<T>> syntax, FindingCode code, String should) {
    return optionalText(key).flatMap(text -> parsed(key, text, syntax, code, should));
  }

  private <T> Optional<T> parsed(
      String key,
      String text,
      Function<String, Optional<T>> syntax,
      FindingCode code,
      String should) {
    Optional<T> value = syntax.apply(text);
    if (value.isEmpty()) {
      error(code, key, "%s must be %s".formatted(key, should));
    }
    return value;
  }

  long wholeNumber(String key, long from, long to) {
    Optional<Node> node = required(key);
    if (node.isPresent()
        && node.get() instanceof ScalarNode scalar
        && scalar.getTag().equals(Tag.INT)
        && scalar.getValue().matches("-?(0|[1-9][0-9]{0,15})")) {
      long value = Long.parseLong(scalar.getValue());
      if (value >= from && value <= to) {
        return value;
      }
    }
    if (node.isPresent()) {
      error(FindingCode.BAD_VALUE, key, "%s must be a whole number from %d".formatted(key, from));
    }
    return from;
  }

  boolean flag(String key, boolean absent) {
    Optional<Node> node = optional(key);
    if (node.isEmpty()) {
      return absent;
    }
    if (node.get() instanceof ScalarNode scalar
        && scalar.getTag().equals(Tag.BOOL)
        && (scalar.getValue().equals("true") || scalar.getValue().equals("false"))) {
      return scalar.getValue().equals("true");
    }
    error(FindingCode.WRONG_TYPE, key, "%s must be true or false".formatted(key));
    return absent;
  }

  /** A list of at least one text, each once, each of this syntax. */
  Set<String> texts(String key, Function<String, Boolean> syntax, FindingCode code, String should) {
    return required(key).map(node -> texts(key, node, syntax, code, should)).orElse(Set.of());
  }

  /** As {@link #texts}, for a key that may be absent. */
  Optional<Set<String>> optionalTexts(
      String key, Function<String, Boolean> syntax, FindingCode code, String should) {
    return optional(key).map(node -> texts(key, node, syntax, code, should));
  }

  private Set<String> texts(
      String key, Node node, Function<String, Boolean> syntax, FindingCode code, String should) {
    Set<String> texts = new LinkedHashSet<>();
    for (Node item : items(key, node)) {
      Position at = YamlSource.position(item);
      if (!(item instanceof ScalarNode scalar) || !isText(scalar)) {
        reading.findings().error(FindingCode.WRONG_TYPE, at, key + " holds something not text");
      } else if (!syntax.apply(scalar.getValue())) {
        reading.findings().error(code, at, "each of %s must be %s".formatted(key, should));
      } else if (!texts.add(scalar.getValue())) {
        reading.findings().error(FindingCode.BAD_VALUE, at, "this is in %s twice".formatted(key));
      }
    }
    return texts;
  }

  /** A mapping that must be there; an empty one after an error. */
  Optional<Section> section(String key) {
    return required(key).flatMap(node -> mapping(pathOf(key), node));
  }

  Optional<Section> optionalSection(String key) {
    return optional(key).flatMap(node -> mapping(pathOf(key), node));
  }

  boolean isMapping(String key) {
    return values.get(key) instanceof MappingNode;
  }

  /** A mapping from names to mappings, read in the order of the document. */
  <T> Map<String, T> named(String key, BiFunction<String, Section, T> read) {
    return named(key, Syntax::isName, Syntax.NAME_SHOULD, read);
  }

  /** As {@link #named}, with names of another syntax. */
  <T> Map<String, T> named(
      String key, Predicate<String> syntax, String should, BiFunction<String, Section, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    optionalSection(key)
        .ifPresent(
            entries -> {
              for (String name : entries.values.keySet()) {
                if (!syntax.test(name)) {
                  reading
                      .findings()
                      .error(
                          FindingCode.BAD_NAME,
                          entries.keys.getOrDefault(name, entries.position),
                          should);
                }
                entries
                    .section(name)
                    .ifPresent(section -> result.put(name, read.apply(name, section)));
              }
            });
    return result;
  }

  /** A list of mappings, which may be absent or empty. */
  List<Section> sections(String key) {
    List<Section> result = new ArrayList<>();
    int index = 0;
    for (Node item : optional(key).map(node -> itemsOrNone(key, node)).orElse(List.of())) {
      mapping("%s[%d]".formatted(pathOf(key), index++), item).ifPresent(result::add);
    }
    return result;
  }

  /** A list of at least one mapping. */
  List<Section> someSections(String key) {
    required(key).ifPresent(node -> items(key, node));
    return has(key) ? sections(key) : List.of();
  }

  /** The node itself, for what has a syntax of its own (a JWK). */
  Optional<Node> node(String key) {
    return required(key);
  }

  /** Reports every key that nobody asked for. */
  void done() {
    for (String name : values.keySet()) {
      if (!asked.contains(name)) {
        reading
            .findings()
            .error(
                FindingCode.UNKNOWN_KEY,
                keys.getOrDefault(name, position),
                "there is no key %s here".formatted(name.length() > 40 ? "like this" : name));
      }
    }
  }

  void error(FindingCode code, String key, String message) {
    reading.findings().error(code, positionOf(key), message);
  }

  Findings findings() {
    return reading.findings();
  }

  private Optional<Node> required(String key) {
    Optional<Node> node = optional(key);
    if (node.isEmpty()) {
      reading.findings().error(FindingCode.MISSING_KEY, position, "%s is missing".formatted(key));
    }
    return node;
  }

  private Optional<Node> optional(String key) {
    asked.add(key);
    return Optional.ofNullable(values.get(key));
  }

  private String scalar(String key, Node node) {
    if (!(node instanceof ScalarNode scalar) || !isText(scalar)) {
      error(FindingCode.WRONG_TYPE, key, "%s must be text".formatted(key));
      return "";
    }
    if (scalar.getValue().isBlank()) {
      error(FindingCode.BAD_VALUE, key, "%s is blank".formatted(key));
      return "";
    }
    return scalar.getValue();
  }

  /** Dates are text to us: YAML 1.1 alone gives them a type. */
  private static boolean isText(ScalarNode scalar) {
    return scalar.getTag().equals(Tag.STR) || scalar.getTag().equals(Tag.TIMESTAMP);
  }

  private List<Node> items(String key, Node node) {
    List<Node> items = itemsOrNone(key, node);
    if (items.isEmpty() && node instanceof SequenceNode) {
      error(FindingCode.BAD_VALUE, key, "%s must not be empty".formatted(key));
    }
    return items;
  }

  private List<Node> itemsOrNone(String key, Node node) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    error(FindingCode.WRONG_TYPE, key, "%s must be a list".formatted(key));
    return List.of();
  }

  private Optional<Section> mapping(String at, Node node) {
    if (node instanceof MappingNode mapping) {
      return Optional.of(new Section(mapping, at, reading));
    }
    reading
        .findings()
        .error(FindingCode.WRONG_TYPE, YamlSource.position(node), "this must be a mapping");
    return Optional.empty();
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
