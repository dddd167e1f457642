package dev.mayfly.revocation.files;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folders a broker refuses to start with, and which it does not. */
class GroundTest {

  @TempDir Path root;

  @Test
  void folderIsRefused_whenItHoldsSomethingOfSomebodyElses() throws IOException {
    Files.writeString(root.resolve("index.html"), "a web site");
    refused("https://a", "must be empty at first");
  }

  @Test
  void folderIsRefused_whenItHoldsTheListsOfAnotherIssuer() throws IOException {
    ground("https://a").claim(Replacing.atomic());
    refused("https://b", "another issuer");
    assertThatCode(ground("https://a")::check).doesNotThrowAnyException();
  }

  @Test
  void folderIsRefused_whenOthersMayWriteIntoIt() throws IOException {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
    refused("https://a", "chmod o-w");
  }

  @Test
  void folderIsRefused_whenASecretIsInIt_orItIsInASecretFolder() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("link"), Files.createDirectory(real()));
    for (Path secret : List.of(real().resolve("kek"), real(), root)) {
      assertThatThrownBy(new Ground(link, "https://a", List.of(secret))::check)
          .hasMessageContaining("apart from " + secret);
    }
  }

  @Test
  void folderIsRefused_whenItIsNoFolder_orRelative() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(new Ground(file, "https://a", List.of())::check)
        .hasMessageContaining("is no folder");
    assertThatThrownBy(new Ground(Path.of("lists"), "https://a", List.of())::check)
        .hasMessageContaining("absolute");
  }

  @Test
  void brokerStarts_whenTheFolderIsAway_becauseItMayComeBack() {
    assertThatCode(new Ground(root.resolve("away"), "https://a", List.of())::check)
        .doesNotThrowAnyException();
  }

  private Path real() {
    return root.resolve("real");
  }

  private void refused(String issuer, String why) {
    assertThatThrownBy(ground(issuer)::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageStartingWith("mayfly.lists.files, " + root);
  }

  private Ground ground(String issuer) {
    return new Ground(root, issuer, List.of());
  }
}
