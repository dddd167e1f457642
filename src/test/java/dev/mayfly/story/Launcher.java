package dev.mayfly.story;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The {@code mayfly} command as a person starts it: its launcher, in a process of its own. */
final class Launcher {

  private Launcher() {}

  /** What it said and how it ended. */
  record Ended(int code, String out) {}

  /** Runs it against this broker with a cache of its own; the token comes by standard input. */
  static Ended verify(Path folder, BrokerProcess broker, String token, String audience)
      throws IOException, InterruptedException {
    Path in = Files.writeString(Files.createTempFile(folder, "token", ".txt"), token);
    ProcessBuilder builder =
        CommandArchive.command(folder.resolve("cache"), List.of("verify", "-a", audience, "-"))
            .redirectErrorStream(true)
            .redirectInput(in.toFile());
    builder.environment().put("MAYFLY_BROKER", "http://localhost:" + broker.port());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out);
  }
}
