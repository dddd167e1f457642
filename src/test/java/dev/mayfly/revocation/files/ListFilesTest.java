package dev.mayfly.revocation.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.story.Eventually;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop beside publishing: what fails is seen, and comes right by itself. */
class ListFilesTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Exhibit EXHIBIT =
      new Exhibit(
          "lists",
          1,
          Map.of("crl/1.crl", new Exhibit.Piece(1, new byte[] {1})),
          Set.of(),
          Pattern.compile("crl/1\\.crl"));

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

  @AfterEach
  void close() {
    vertx.closeAndAwait();
  }

  @Test
  void folderThatCannotBeWrittenIsSeen() {
    ListFiles files = begin(Path.of("/proc"));
    Eventually.within(LIMIT, () -> meters.counter("mayfly.lists.files.failures").count() >= 2);
    now.set(Instant.EPOCH.plusSeconds(90));
    assertThat(files.standing().orElseThrow()).contains("/proc/.mayfly");
    assertThat(meters.get("mayfly.lists.files.age").gauge().value()).isEqualTo(90);
    files.end();
  }

  @Test
  void folderComesInStep_onceItIsThere() throws IOException {
    Path root = folder.resolve("mounted later");
    ListFiles files = begin(root);
    Eventually.within(LIMIT, () -> meters.counter("mayfly.lists.files.failures").count() >= 1);
    now.set(Instant.EPOCH.plusSeconds(90));
    Files.createDirectory(root);
    Eventually.within(LIMIT, () -> files.standing().equals(Optional.of("in step")));
    assertThat(root.resolve("crl/1.crl")).hasBinaryContent(new byte[] {1});
    assertThat(meters.get("mayfly.lists.files.age").gauge().value()).isZero();
    files.end();
  }

  @Test
  void nodeThatIsBehindTheFolderIsSeen_asAfterADatabaseWasRestored() throws IOException {
    new Folder(folder, Replacing.atomic())
        .bring(new Exhibit("lists", 9, EXHIBIT.files(), Set.of(), EXHIBIT.own()));
    ListFiles files = begin(folder);
    now.set(Instant.EPOCH.plusSeconds(90));
    Eventually.within(LIMIT, () -> files.standing().equals(Optional.of("behind")));
    files.end();
  }

  private ListFiles begin(Path root) {
    Ground ground = new Ground(root, "https://a", List.of());
    ListFiles files =
        new ListFiles(vertx, () -> List.of(EXHIBIT), now::get, meters, Optional.of(ground));
    files.begin(ground);
    return files;
  }
}
