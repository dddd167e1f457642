package dev.mayfly.policy;

import dev.mayfly.policy.Findings.Position;
import java.io.StringReader;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Turns text into YAML's node graph and nothing more: no object is ever constructed from a tag, and
 * what makes YAML hard to review (anchors, aliases, tags) is refused.
 */
final class YamlSource {

  /** Ten thousand identities fit; a reviewer has given up long before. */
  static final int MAX_CHARACTERS = 4 * 1024 * 1024;

  private static final int MAX_DEPTH = 20;

  private YamlSource() {}

  /** The document's top mapping, or empty with the reason among the findings. */
  static Optional<MappingNode> compose(String text, Findings findings) {
    if (text.length() > MAX_CHARACTERS) {
      findings.error(
          FindingCode.TOO_LARGE,
          Position.DOCUMENT,
          "the document is longer than %,d characters".formatted(MAX_CHARACTERS));
      return Optional.empty();
    }
    try {
      return isPlain(text, findings) ? top(text, findings) : Optional.empty();
    } catch (MarkedYAMLException e) {
      findings.error(
          FindingCode.YAML_SYNTAX,
          e.getProblemMark() == null ? Position.DOCUMENT : position(e.getProblemMark()),
          "not valid YAML: " + e.getProblem());
    } catch (YAMLException e) {
      // Without a mark: a character YAML does not allow, or one of the limits above.
      findings.error(FindingCode.YAML_SYNTAX, Position.DOCUMENT, "not readable as YAML");
    }
    return Optional.empty();
  }

  static Position position(Node node) {
    return position(node.getStartMark());
  }

  private static Position position(Mark mark) {
    return new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static boolean isPlain(String text, Findings findings) {
    boolean plain = true;
    for (Event event : yaml().parse(new StringReader(text))) {
      Position at =
          event.getStartMark() == null ? Position.DOCUMENT : position(event.getStartMark());
      if (event instanceof AliasEvent
          || (event instanceof NodeEvent node && node.getAnchor() != null)) {
        findings.error(FindingCode.YAML_ALIAS, at, "anchors and aliases are not allowed here");
        plain = false;
      }
      if ((event instanceof ScalarEvent scalar && scalar.getTag() != null)
          || (event instanceof CollectionStartEvent start && start.getTag() != null)) {
        findings.error(FindingCode.YAML_TAG, at, "tags are not allowed here");
        plain = false;
      }
    }
    return plain;
  }

  private static Optional<MappingNode> top(String text, Findings findings) {
    if (yaml().compose(new StringReader(text)) instanceof MappingNode mapping) {
      return Optional.of(mapping);
    }
    findings.error(
        FindingCode.WRONG_TYPE,
        Position.DOCUMENT,
        "a policy is a mapping, starting with schema: 1");
    return Optional.empty();
  }

  private static Yaml yaml() {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MAX_CHARACTERS);
    limits.setNestingDepthLimit(MAX_DEPTH);
    limits.setMaxAliasesForCollections(0);
    limits.setAllowDuplicateKeys(false);
    limits.setAllowRecursiveKeys(false);
    return new Yaml(limits);
  }
}
