package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyEncryptionKeyTest {

  private static final String GOOD = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

  private static final List<String> PRODUCTION = List.of("prod");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"r--------", "rw-------", "r--r-----"})
  void fileIsRead_whenOnlyItsOwnersCan(String permissions) throws IOException {
    assertThatCode(() -> KeyEncryptionKey.read(file(GOOD + "\n", permissions)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"r-----r--", "rw-rw----", "rw-r--r--", "r------w-"})
  void fileIsRefused_whenOthersCanReadOrChangeIt(String permissions) throws IOException {
    Path file = file(GOOD, permissions);
    assertThatThrownBy(() -> KeyEncryptionKey.read(file))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("chmod 0400");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "AQEB",
        GOOD + "AA",
        "!" + GOOD,
        "+/+/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
      })
  void contentIsRefusedWithoutQuotingIt_whenItIsNot32Bytes(String content) throws IOException {
    Path file = file(content, "r--------");
    assertThatThrownBy(() -> KeyEncryptionKey.read(file))
        .isInstanceOf(StartRefused.class)
        .hasNoCause()
        .hasMessageEndingWith("must hold 32 bytes as base64url");
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> KeyEncryptionKey.read(folder.resolve("none")))
        .hasMessageContaining("none")
        .hasMessageContaining("cannot be read");
  }

  @Test
  void textFormTellsNoKey() throws IOException {
    assertThat(KeyEncryptionKey.read(file(GOOD, "r--------")).toString())
        .hasSize(16)
        .doesNotContain("0101");
  }

  @Test
  void productionStartIsRefused_whenTheDevelopmentKeyIsInUse() throws IOException {
    Path development = SimulatedNodes.DEVELOPMENT_KEK;
    Path own = file(GOOD, "r--------");
    TestKeyConfig config = TestKeyConfig.of("jwt/ES256");
    CryptoProvider crypto = CryptoProvider.chosen();
    assertThatThrownBy(() -> KeyWiring.custody(crypto, config.withKek(development), PRODUCTION))
        .hasMessageContaining("development key");
    assertThatThrownBy(
            () -> KeyWiring.custody(crypto, config.withKek(own, development), PRODUCTION))
        .hasMessageContaining("development key");
    assertThatCode(() -> KeyWiring.custody(crypto, config.withKek(own), PRODUCTION))
        .doesNotThrowAnyException();
    assertThatCode(() -> KeyWiring.custody(crypto, config.withKek(development), List.of("dev")))
        .doesNotThrowAnyException();
  }

  @Test
  void startUnderAnyOtherNameIsRefusedTheDevelopmentKey() {
    TestKeyConfig config = TestKeyConfig.of("jwt/ES256").withKek(SimulatedNodes.DEVELOPMENT_KEK);
    assertThatThrownBy(() -> KeyWiring.custody(CryptoProvider.chosen(), config, List.of("staging")))
        .hasMessageContaining("development key");
  }

  @Test
  void startIsRefused_whenNoFileIsNamed() {
    assertThatThrownBy(
            () ->
                KeyWiring.custody(
                    CryptoProvider.chosen(), TestKeyConfig.of("jwt/ES256"), List.of("dev")))
        .hasMessageContaining("mayfly.key.kek-file");
  }

  private Path file(String content, String permissions) throws IOException {
    Path file = Files.createTempFile(folder, "kek", "");
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
