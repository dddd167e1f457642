package dev.mayfly;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DevelopmentMaterialTest {

  private static final Path FOLDER = Path.of("keys-dev");
  private static final Path RESOURCE = Path.of("src/main/resources/development-material.txt");

  @Test
  void resourceNamesEverySecretOfTheFolder_whenTheBuildRuns() throws Exception {
    assertThat(Files.readAllLines(RESOURCE).stream().filter(line -> !line.startsWith("#")))
        .as("lines of %s", RESOURCE)
        .containsExactlyElementsOf(fingerprints());
  }

  @Test
  void secretIsKnown_whenItIsOfTheFolder() throws Exception {
    byte[] kek = Base64.getUrlDecoder().decode(Files.readString(FOLDER.resolve("kek")).strip());
    assertThat(kek).hasSize(32);
    assertThat(DevelopmentMaterial.isKnown(kek)).isTrue();
    kek[0] ^= 1;
    assertThat(DevelopmentMaterial.isKnown(kek)).isFalse();
    JWK key = JWK.parse(Files.readString(FOLDER.resolve("checkout.jwk.json")));
    assertThat(DevelopmentMaterial.isKnown(key.computeThumbprint().toString())).isTrue();
    assertThat(DevelopmentMaterial.isKnown("another")).isFalse();
  }

  @Test
  void materialIsForbidden_whenAnyProfileIsForReal() {
    assertThat(DevelopmentMaterial.isForbidden(List.of("prod"))).isTrue();
    assertThat(DevelopmentMaterial.isForbidden(List.of("staging"))).isTrue();
    assertThat(DevelopmentMaterial.isForbidden(List.of("dev", "prod"))).isTrue();
    assertThat(DevelopmentMaterial.isForbidden(List.of())).isTrue();
    assertThat(DevelopmentMaterial.isForbidden(List.of("dev"))).isFalse();
    assertThat(DevelopmentMaterial.isForbidden(List.of("test"))).isFalse();
  }

  private static List<String> fingerprints() throws Exception {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".jwk.json")) {
          lines.add("jwk " + JWK.parse(Files.readString(file)).computeThumbprint());
        }
      }
    }
    byte[] kek = Base64.getUrlDecoder().decode(Files.readString(FOLDER.resolve("kek")).strip());
    lines.add(
        "sha256 " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(kek)));
    return lines;
  }
}
