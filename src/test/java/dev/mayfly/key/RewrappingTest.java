package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.key.SimulatedNodes.Simulated;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewrappingTest {

  @TempDir Path folder;

  private final SimulatedNodes nodes =
      new SimulatedNodes(TestKeyConfig.of("jwt/ES256", "statuslist/ES256"));
  private KeyEncryptionKey old;
  private KeyEncryptionKey fresh;

  @BeforeEach
  void keks() throws IOException {
    old = kek("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    fresh = kek("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void startIsRefusedInOneSentence_whenTheKekIsAnother() {
    node(old).startUp().await().indefinitely();
    assertThatThrownBy(() -> node(fresh).startUp().await().indefinitely())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is wrapped under key-encryption key " + old)
        .hasMessageContaining("mayfly.key.previous-kek-files");
  }

  @Test
  void keysMoveToTheNewKek_andTheOldOneCanGo() {
    node(old).startUp().await().indefinitely();
    Simulated both = node(fresh, old);
    both.startUp().await().indefinitely();
    both.rewrapping().rewrap().await().indefinitely();
    both.rewrapping().rewrap().await().indefinitely();
    assertThat(nodes.column("SELECT action FROM audit_events WHERE action = 'key.rewrap'"))
        .as("once for each key")
        .hasSize(2);
    Simulated after = node(fresh);
    after.startUp().await().indefinitely();
    assertThat(
            after
                .rings()
                .active(SimulatedNodes.JWT)
                .orElseThrow()
                .sign("x".getBytes(StandardCharsets.US_ASCII)))
        .hasSize(64);
  }

  @Test
  void keyMovedToAnotherRowDoesNotOpen() {
    node(old).startUp().await().indefinitely();
    nodes.test.execute(
        """
        UPDATE signing_keys SET wrapped = (SELECT wrapped FROM signing_keys WHERE ring = 'jwt/ES256')
         WHERE ring = 'statuslist/ES256'
        """);
    assertThatThrownBy(() -> node(old).startUp().await().indefinitely())
        .hasMessageContaining("belongs to another row");
  }

  @Test
  void nodeThatCannotOpenAKeyPublishesItAndDoesNotAcknowledge() {
    Simulated good = node(old);
    good.startUp().await().indefinitely();
    Simulated bad = node(fresh);
    bad.beat();
    bad.refresh();
    assertThat(bad.rings().jwks().json()).isEqualTo(good.rings().jwks().json());
    assertThat(bad.rings().active(SimulatedNodes.JWT)).isEmpty();
    assertThat(nodes.column("SELECT rings_version FROM nodes WHERE id = '" + bad.node().id() + "'"))
        .containsExactly("0");
  }

  private Simulated node(KeyEncryptionKey present, KeyEncryptionKey... earlier) {
    return nodes.prepareToStart(
        new WrappedCustody(CryptoProvider.chosen(), present, List.of(earlier)));
  }

  private KeyEncryptionKey kek(String text) throws IOException {
    Path file = Files.createTempFile(folder, "kek", "");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    return KeyEncryptionKey.read(file);
  }
}
