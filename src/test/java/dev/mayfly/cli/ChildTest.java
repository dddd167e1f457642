package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that outlives its token finds the next one in the same file. */
class ChildTest {

  private static final String UNTIL_RENEWED =
      "while [ \"$(cat $MAYFLY_TOKEN_FILE)\" = first ]; do sleep 0.1; done;"
          + " [ \"$(cat $MAYFLY_TOKEN_FILE)\" = second ] && [ \"$MAYFLY_TOKEN\" = first ] && exit 9";

  @TempDir Path folder;

  @Test
  void fileHoldsTheNextToken_whenTheFirstRunsOut() throws Exception {
    Surroundings around = surroundings();
    List<String> command = List.of("timeout", "30", "sh", "-c", UNTIL_RENEWED);
    try (HandedToken token = new HandedToken(around, RunCommand.Hand.both)) {
      Json first = answer("first", 1);
      token.hand(first);
      assertThat(new Child(around, command, token, () -> answer("second", 300)).run(first))
          .isEqualTo(9);
    }
    assertThat(folder.resolve("mayfly")).isEmptyDirectory();
  }

  private static Json answer(String token, int life) {
    return new Json(Map.of("access_token", token, "token_type", "DPoP", "expires_in", life));
  }

  private Surroundings surroundings() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    return new Surroundings(
        Map.of("XDG_STATE_HOME", folder.toString()),
        InstantSource.system(),
        ZoneOffset.UTC,
        InputStream.nullInputStream(),
        false,
        new Screen(nowhere, nowhere, false, 0),
        time -> {});
  }
}
