package dev.mayfly.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md is made from the settings' own Javadoc and defaults. Run this test with
 * {@code -Dmayfly.docs.write=true} to write the page anew.
 */
class ConfigurationPageTest {

  private static final Path PAGE = Path.of("docs/configuration.md");
  private static final Path SOURCES = Path.of("src/main/java");

  private static final String HEAD =
      """
      # Configuration

      A setting is a system property (`-Dmayfly.issuer=...`), an environment variable (`MAYFLY_ISSUER`) or a line in
      `config/application.properties` beside the program. An unknown `mayfly.*` setting refuses the start. Durations are
      written `15m`, `24h` or ISO 8601 (`PT15M`). Quarkus' own settings (`quarkus.http.port`, TLS, logging) apply as usual.

      This page is made from the code by `ConfigurationPageTest`.

      | setting | default | meaning |
      |---|---|---|
      """;

  private record Setting(String fallback, String meaning) {}

  @Test
  void pageSaysWhatTheCodeSays() throws IOException {
    String page = HEAD + rows(settings());
    if (Boolean.getBoolean("mayfly.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(settings()).allSatisfy((name, s) -> assertThat(s.meaning()).as(name).isNotBlank());
    assertThat(Files.readString(PAGE))
        .as("run: ./mvnw test -Dtest=ConfigurationPageTest -Dmayfly.docs.write=true")
        .isEqualTo(page);
  }

  private static String rows(Map<String, Setting> settings) {
    return settings.entrySet().stream()
        .map(
            e ->
                "| `%s` | %s | %s |\n"
                    .formatted(e.getKey(), e.getValue().fallback(), e.getValue().meaning()))
        .collect(Collectors.joining());
  }

  private static Map<String, Setting> settings() throws IOException {
    Map<String, Setting> settings = new TreeMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(mappings()));
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        ClassTree mapping = (ClassTree) unit.getTypeDecls().getFirst();
        prefix(mapping)
            .ifPresent(
                prefix ->
                    collect(
                        prefix,
                        mapping,
                        new TreePath(new TreePath(unit), mapping),
                        docs,
                        settings));
      }
    }
    return settings;
  }

  private static List<Path> mappings() throws IOException {
    try (Stream<Path> all = Files.walk(SOURCES)) {
      return all.filter(path -> path.toString().endsWith("Config.java")).sorted().toList();
    }
  }

  private static Optional<String> prefix(ClassTree mapping) {
    return annotation(mapping.getModifiers().getAnnotations(), "ConfigMapping");
  }

  private static void collect(
      String prefix, ClassTree type, TreePath at, DocTrees docs, Map<String, Setting> settings) {
    Map<String, ClassTree> nested =
        type.getMembers().stream()
            .filter(ClassTree.class::isInstance)
            .map(ClassTree.class::cast)
            .collect(Collectors.toMap(c -> c.getSimpleName().toString(), c -> c));
    for (var member : type.getMembers()) {
      if (!(member instanceof MethodTree method)) {
        continue;
      }
      String name = prefix + "." + kebab(method.getName().toString());
      String returns = method.getReturnType().toString();
      if (returns.startsWith("Map<") && nested.containsKey(valueOf(returns))) {
        ClassTree inner = nested.get(valueOf(returns));
        collect(name + ".<name>", inner, new TreePath(at, inner), docs, settings);
      } else if (nested.containsKey(returns)) {
        ClassTree inner = nested.get(returns);
        collect(name, inner, new TreePath(at, inner), docs, settings);
      } else {
        settings.put(name, setting(method, returns, docs.getDocComment(new TreePath(at, method))));
      }
    }
  }

  private static String valueOf(String map) {
    return map.substring(map.indexOf(',') + 1, map.length() - 1).strip();
  }

  private static Setting setting(MethodTree method, String returns, String comment) {
    String fallback =
        annotation(method.getModifiers().getAnnotations(), "WithDefault")
            .map(value -> "`" + value + "`")
            .orElse(
                returns.startsWith("Optional") || returns.startsWith("Map") ? "none" : "required");
    String meaning =
        comment == null ? "" : comment.strip().replaceAll("\\s+", " ").replace("|", "\\|");
    return new Setting(fallback, meaning.replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`"));
  }

  private static Optional<String> annotation(
      List<? extends AnnotationTree> annotations, String name) {
    return annotations.stream()
        .filter(a -> a.getAnnotationType().toString().equals(name))
        .map(a -> a.getArguments().getFirst())
        .map(only -> only instanceof AssignmentTree named ? named.getExpression() : only)
        .map(value -> ((LiteralTree) value).getValue().toString())
        .findFirst();
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
  }
}
