package dev.mayfly.revocation.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import dev.mayfly.key.KeyState;
import dev.mayfly.revocation.list.ListFormat;
import dev.mayfly.revocation.list.ListWorld;
import dev.mayfly.revocation.list.ListWorld.TestKey;
import dev.mayfly.revocation.list.Turn;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What we sign is read by libraries that are not ours. */
class ThirdPartyListTest {

  private static final String URI = "https://broker.test/status-lists/7";
  private static final int SIZE = 4096;
  private static final List<Integer> INVALID = List.of(0, 7, 8, 1993, 4095);
  private static final Path PACKAGES = Path.of("target/third-party/node_modules");

  @Test
  void othersReadOurList_asWeMeantIt() throws IOException, InterruptedException {
    assertThat(PACKAGES)
        .describedAs("run .ci/third-party once: it installs what this needs")
        .exists();
    StatusBits bits = StatusBits.allValid(SIZE);
    INVALID.forEach(bits::set);
    TestKey key = new TestKey(Instant.parse("2040-01-01T00:00:00Z"));
    String jwt =
        new String(
            new StatusListFormat(() -> Optional.of(key), ListWorld.TIMES)
                .sign(
                    new ListFormat.Unsigned(7, Optional.empty(), URI, bits.packed()),
                    new Turn(
                        1,
                        Instant.parse("2031-01-01T00:00:00Z"),
                        Map.of(key.id(), KeyState.ACTIVE)))
                .orElseThrow()
                .document(),
            StandardCharsets.US_ASCII);

    JsonObject seen =
        read(
            new JsonObject()
                .put("jwt", jwt)
                .put("jwk", jwk())
                .put("credential", credentialAt(1993))
                .put("size", SIZE));

    assertThat(seen.getBoolean("signed")).isTrue();
    for (String library : List.of("@sd-jwt/jwt-status-list", "@owf/token-status-list")) {
      JsonObject theirs = seen.getJsonObject(library);
      assertThat(theirs.getInteger("bits")).isEqualTo(1);
      assertThat(theirs.getJsonArray("invalid")).isEqualTo(new JsonArray(List.copyOf(INVALID)));
      assertThat(theirs.getInteger("credential")).isEqualTo(1);
      assertThat(theirs.getString("uri")).isEqualTo(URI);
    }
  }

  private static JsonObject read(JsonObject input) throws IOException, InterruptedException {
    Path in = Files.createTempFile("status-list", ".json");
    Files.writeString(in, input.encode());
    Process node =
        new ProcessBuilder("node", "src/test/third-party/read-status-list.mjs")
            .redirectInput(in.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isZero();
    return new JsonObject(out);
  }

  private static JsonObject jwk() {
    return new JsonObject(
        new ECKey.Builder(Curve.P_256, (ECPublicKey) ListWorld.keys().getPublic())
            .build()
            .toJSONString());
  }

  private static String credentialAt(int index) {
    JsonObject claims =
        new JsonObject()
            .put(
                "status",
                new JsonObject()
                    .put("status_list", new JsonObject().put("idx", index).put("uri", URI)));
    return part(new JsonObject().put("alg", "ES256")) + "." + part(claims) + ".AA";
  }

  private static String part(JsonObject json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
  }
}
