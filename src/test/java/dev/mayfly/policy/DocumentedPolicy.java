package dev.mayfly.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** The policy of {@code docs/policy.md} and the ways to spoil it that the page shows. */
final class DocumentedPolicy {

  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  static final String PAGE = read(Path.of("docs/policy.md"));

  private static final Pattern BLOCK =
      Pattern.compile(
          "\\*\\*([a-z-]+)\\*\\*[^\\n]*(?:\\n[^\\n*`#]+)*\\n+```yaml( appended| elevated)?\\n(.*?)```",
          Pattern.DOTALL);

  /** A bad example of the page. */
  record Example(String code, String mark, String fragment) {

    String document() {
      return switch (mark) {
        case "appended" -> good() + fragment;
        case "elevated" -> with(elevation(), fragment);
        default -> with(fragment);
      };
    }

    @Override
    public String toString() {
      return code;
    }
  }

  private DocumentedPolicy() {}

  /** The whole policy of the page. */
  static String good() {
    int start = PAGE.indexOf("```yaml\n") + "```yaml\n".length();
    return PAGE.substring(start, PAGE.indexOf("```", start));
  }

  /** What the page lays over it for people and requests. */
  static String elevation() {
    return block("```yaml elevation\n");
  }

  /** What the page lays over it for certificates. */
  static String certificates() {
    return block("```yaml certificates\n");
  }

  /** What the page lays over it for clients that show a certificate. */
  static String clients() {
    return block("```yaml clients\n");
  }

  private static String block(String mark) {
    int start = PAGE.indexOf(mark) + mark.length();
    return PAGE.substring(start, PAGE.indexOf("```", start));
  }

  static java.util.List<Example> examples() {
    Matcher match = BLOCK.matcher(PAGE);
    return match
        .results()
        .map(
            found ->
                new Example(
                    found.group(1),
                    Optional.ofNullable(found.group(2)).orElse("").strip(),
                    found.group(3)))
        .toList();
  }

  /** The good policy with a fragment laid over it: mappings merge, everything else replaces. */
  static String with(String... fragments) {
    Map<Object, Object> document = load(good());
    for (String fragment : fragments) {
      merge(document, load(fragment));
    }
    return yaml().dump(document);
  }

  static Policy policy(String... fragments) {
    PolicyDocument.Judged judged = PolicyDocument.judge(with(fragments), NOW);
    if (!judged.isClean()) {
      throw new AssertionError(judged.findings());
    }
    return judged.policy().orElseThrow();
  }

  /** Plain objects; dates stay text, as they are in YAML 1.2 and JSON. */
  static Map<Object, Object> load(String text) {
    return yaml().load(text);
  }

  private static void merge(Map<Object, Object> into, Map<?, ?> from) {
    from.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> inner && into.get(key) instanceof Map<?, ?> before) {
            Map<Object, Object> merged = new LinkedHashMap<>(before);
            merge(merged, inner);
            into.put(key, merged);
          } else {
            into.put(key, value);
          }
        });
  }

  private static Yaml yaml() {
    LoaderOptions loading = new LoaderOptions();
    DumperOptions dumping = new DumperOptions();
    return new Yaml(
        new SafeConstructor(loading),
        new Representer(dumping),
        dumping,
        loading,
        new Resolver() {
          @Override
          public void addImplicitResolver(Tag tag, Pattern regexp, String first, int limit) {
            if (!tag.equals(Tag.TIMESTAMP)) {
              super.addImplicitResolver(tag, regexp, first, limit);
            }
          }
        });
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
