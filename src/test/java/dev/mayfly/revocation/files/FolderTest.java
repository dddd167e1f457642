package dev.mayfly.revocation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nodes and one folder: nobody goes back (rule 7), and no crash leaves a part. */
class FolderTest {

  private static final Pattern LISTS = Pattern.compile("crl/[1-9][0-9]*\\.crl|ssh/krl");

  @TempDir Path root;

  @Test
  void fileHoldsTheVeryBytes_andOthersMayReadIt() throws IOException {
    assertThat(node().bring(lists(3, Map.of("crl/1.crl", 3L, "ssh/krl", 2L))))
        .isEqualTo(Folder.Result.IN_STEP);
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(texts("crl/1.crl", 3, "ssh/krl", 2));
    assertThat(Files.getPosixFilePermissions(root.resolve("crl/1.crl")).toString())
        .contains("OTHERS_READ");
  }

  @Test
  void olderNodeChangesNothing_whenANewerOneHasWritten() throws IOException {
    Folder newer = node();
    Folder older = node();
    newer.bring(lists(4, Map.of("crl/1.crl", 4L)));
    assertThat(older.bring(lists(3, Map.of("crl/1.crl", 3L, "crl/2.crl", 3L))))
        .isEqualTo(Folder.Result.NEWER_THERE);
    assertThat(files()).isEqualTo(texts("crl/1.crl", 4));
  }

  @Test
  void retiredListIsTakenAway_andAForeignFileStays() throws IOException {
    Folder node = node();
    node.bring(lists(1, Map.of("crl/1.crl", 1L, "crl/2.crl", 1L)));
    Files.writeString(root.resolve("crl/index.html"), "mine");
    node.bring(lists(2, Map.of("crl/2.crl", 1L)));
    assertThat(files()).containsOnlyKeys("crl/2.crl", "crl/index.html");
  }

  /** A disk's own folder is root's: who looks into it may fail, and then nothing is published. */
  @Test
  void foldersOfTheFileSystemAreNotLookedInto() throws IOException {
    Path theirs = Files.createDirectory(root.resolve("lost+found"));
    Path other = Files.createDirectory(root.resolve(".snapshot"));
    Files.writeString(theirs.resolve("a.mayfly-unfinished"), "theirs");
    Files.writeString(other.resolve("a.mayfly-unfinished"), "theirs");
    node().bring(lists(1, Map.of("crl/1.crl", 1L)));
    assertThat(theirs.resolve("a.mayfly-unfinished")).exists();
    assertThat(other.resolve("a.mayfly-unfinished")).exists();
  }

  @Test
  void listOfALaterPublicationIsLeftAlone_whenItsPublicationIsNotTakenUpYet() throws IOException {
    Folder node = node();
    node.bring(lists(1, Map.of("crl/1.crl", 1L, "crl/2.crl", 1L)));
    node.bring(
        new Exhibit("lists", 2, pieces(Map.of("crl/1.crl", 2L)), Set.of("crl/2.crl"), LISTS));
    assertThat(files()).isEqualTo(texts("crl/1.crl", 2, "crl/2.crl", 1));
  }

  @Test
  void whatSomebodyTookAwayIsBackAtOnce_andWhatSomebodyChangedAtTheNextStart() throws IOException {
    Exhibit exhibit = lists(1, Map.of("crl/1.crl", 1L, "crl/2.crl", 1L));
    node().bring(exhibit);
    Files.delete(root.resolve("crl/1.crl"));
    Files.writeString(root.resolve("crl/2.crl"), "forged");
    node().bring(exhibit);
    assertThat(files()).isEqualTo(texts("crl/1.crl", 1, "crl/2.crl", 1));
  }

  /** The node dies after the new bytes are on the disk and before they have the file's name. */
  @Test
  void readerHasTheOldFileWhole_whenANodeDiesBeforeTheRename() throws IOException {
    node().bring(lists(1, Map.of("crl/1.crl", 1L, "crl/2.crl", 1L)));
    Folder dying = dyingAt("2.crl");
    assertThatThrownBy(() -> dying.bring(lists(2, Map.of("crl/1.crl", 2L, "crl/2.crl", 2L))))
        .isInstanceOf(Death.class);
    assertThat(texts()).containsEntry("crl/1.crl", "crl/1.crl as of 2");
    assertThat(texts()).containsEntry("crl/2.crl", "crl/2.crl as of 1");
    // Rule 7: publication 2 has begun, so who knows no more than 1 stays away.
    assertThat(node().bring(lists(1, Map.of("crl/1.crl", 1L, "crl/2.crl", 1L))))
        .isEqualTo(Folder.Result.NEWER_THERE);
    assertThat(node().bring(lists(2, Map.of("crl/1.crl", 2L, "crl/2.crl", 2L))))
        .isEqualTo(Folder.Result.IN_STEP);
    assertThat(files()).isEqualTo(texts("crl/1.crl", 2, "crl/2.crl", 2));
  }

  @Test
  void restIsWritten_whenOneFileCannotBe_andThatOneIsTriedAgain() throws IOException {
    node().bring(lists(1, Map.of("crl/1.crl", 1L)));
    Folder node = node();
    Files.createDirectories(root.resolve("crl/2.crl/in the way"));
    Exhibit exhibit = lists(2, Map.of("crl/1.crl", 2L, "crl/2.crl", 2L, "crl/3.crl", 2L));
    assertThatThrownBy(() -> node.bring(exhibit)).isInstanceOf(IOException.class);
    assertThat(texts()).containsEntry("crl/3.crl", "crl/3.crl as of 2");
    Files.delete(root.resolve("crl/2.crl/in the way"));
    Files.delete(root.resolve("crl/2.crl"));
    assertThat(node.bring(exhibit)).isEqualTo(Folder.Result.IN_STEP);
    assertThat(files()).isEqualTo(texts("crl/1.crl", 2, "crl/2.crl", 2, "crl/3.crl", 2));
  }

  @Test
  void nobodyWrites_whileAnotherHoldsTheLock() throws IOException {
    node().bring(lists(1, Map.of("crl/1.crl", 1L)));
    try (FileChannel lock =
        FileChannel.open(root.resolve(".mayfly/lock"), StandardOpenOption.WRITE)) {
      lock.lock();
      assertThat(node().bring(lists(2, Map.of("crl/1.crl", 2L)))).isEqualTo(Folder.Result.BUSY);
    }
    assertThat(files()).isEqualTo(texts("crl/1.crl", 1));
    assertThat(node().bring(lists(2, Map.of("crl/1.crl", 2L)))).isEqualTo(Folder.Result.IN_STEP);
  }

  @Test
  void folderThatIsAwayIsNotMade_soThatAnEmptyMountPointStaysEmpty() {
    Folder node = new Folder(root.resolve("away"), Replacing.atomic());
    assertThatThrownBy(() -> node.bring(lists(1, Map.of("crl/1.crl", 1L))))
        .hasMessageContaining("does not exist");
    assertThat(root.resolve("away")).doesNotExist();
  }

  /** A crash of the machine, as far as a test can have one. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  private Folder dyingAt(String name) {
    return new Folder(
        root,
        new Replacing(
            (from, to) -> {
              if (to.endsWith(name)) {
                throw new Death();
              }
              Files.move(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }));
  }

  private Folder node() {
    return new Folder(root, Replacing.atomic());
  }

  private static Exhibit lists(long number, Map<String, Long> files) {
    return new Exhibit("lists", number, pieces(files), Set.of(), LISTS);
  }

  private static Map<String, Exhibit.Piece> pieces(Map<String, Long> files) {
    Map<String, Exhibit.Piece> pieces = new HashMap<>();
    files.forEach(
        (path, number) ->
            pieces.put(
                path,
                new Exhibit.Piece(
                    number, (path + " as of " + number).getBytes(StandardCharsets.US_ASCII))));
    return pieces;
  }

  private static Map<String, String> texts(Object... pairs) {
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      texts.put((String) pairs[i], pairs[i] + " as of " + pairs[i + 1]);
    }
    return texts;
  }

  /** All files but the folder's own, none of them unfinished. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = texts();
    assertThat(files.keySet()).noneMatch(path -> path.contains("unfinished"));
    return files;
  }

  private Map<String, String> texts() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (var all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String path = root.relativize(file).toString();
        if (!path.startsWith(".mayfly")) {
          texts.put(path, Files.readString(file));
        }
      }
    }
    return texts;
  }
}
