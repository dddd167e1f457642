package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a join token is read from, and that it is shown only to whom and when it is meant. */
class JoinTokenOptionsTest extends AtAFakeBroker {

  @BeforeEach
  void answerWithAToken() {
    broker.page(
        "/oauth/token",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("access_token", "t", "token_type", "Bearer", "expires_in", 300)));
  }

  private Map<String, List<String>> tokenForm() {
    return broker.askedAt("/oauth/token").getLast().form();
  }

  @Test
  void joinTokenIsSent_fromWhereverItIsKept_andWithoutAnyClientOfOurs() throws Exception {
    mayfly.environment.put("MAYFLY_JOIN_TOKEN", "of-the-environment");
    assertThat(mayfly.run("token")).isZero();
    assertThat(tokenForm())
        .containsEntry("grant_type", List.of("urn:mayfly:params:oauth:grant-type:join-token"))
        .containsEntry("join_token", List.of("of-the-environment"))
        .doesNotContainKey("client_assertion");
    Path file = Files.writeString(folder.resolve("join"), "of-the-file\n");
    assertThat(mayfly.run("token", "--join-token", file.toString())).isZero();
    assertThat(tokenForm()).containsEntry("join_token", List.of("of-the-file"));
    mayfly.in = "of-the-pipe\n";
    assertThat(mayfly.run("token", "--join-token", "-")).isZero();
    assertThat(tokenForm()).containsEntry("join_token", List.of("of-the-pipe"));
  }

  @Test
  void joinTokenOnTheCommandLineIsRefused_andNotUsed() {
    String token = "A2345678901234567890123456789012345678901-_";
    assertThat(mayfly.run("token", "--join-token", token)).isEqualTo(2);
    assertThat(mayfly.err()).contains("can be read by every user").doesNotContain(token);
    assertThat(broker.askedAt("/oauth/token")).isEmpty();
  }

  /** A join token is used up by being shown: so nothing is guessed. */
  @Test
  void twoWaysToSayWhoAsksAreOneTooMany() throws Exception {
    withKey();
    Path join = Files.writeString(folder.resolve("join"), "of-the-file");
    assertThat(mayfly.run("token", "-k", keyFile().toString(), "--join-token", join.toString()))
        .isEqualTo(2);
    assertThat(mayfly.err()).contains("--key-file and --join-token");
    mayfly.environment.put("MAYFLY_JOIN_TOKEN", "of-the-environment");
    assertThat(mayfly.run("token")).isEqualTo(2);
    assertThat(mayfly.err()).contains("MAYFLY_KEY_FILE and MAYFLY_JOIN_TOKEN");
    assertThat(mayfly.run("token", "--join-token", join.toString())).as("an option wins").isZero();
    mayfly.in = "";
    assertThat(mayfly.run("token", "--join-token", "-")).isEqualTo(2);
    assertThat(mayfly.err()).contains("the join token is empty");
  }
}
