package dev.mayfly.story;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code mayfly} command as a person starts it: its launcher, in a process of its own. */
final class Launcher {

  private Launcher() {}

  /** What it said and how it ended. */
  record Ended(int code, String out) {}

  /** Runs it against this broker with a cache of its own; the token comes by standard input. */
  static Ended verify(Path folder, BrokerProcess broker, String token, String audience)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of("target/mayfly").toAbsolutePath().toString(), "verify", "-a"));
    command.add(audience);
    command.add("-");
    Path in = Files.writeString(Files.createTempFile(folder, "token", ".txt"), token);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(in.toFile());
    builder.environment().put("MAYFLY_BROKER", "http://localhost:" + broker.port());
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out);
  }
}
