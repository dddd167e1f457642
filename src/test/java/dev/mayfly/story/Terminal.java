package dev.mayfly.story;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A person's terminal: the {@code mayfly} command in processes of its own, with a home. */
final class Terminal {

  private final Path home;
  private final BrokerProcess broker;

  Terminal(Path home, BrokerProcess broker) {
    this.home = home;
    this.broker = broker;
  }

  /** What a command said and how it ended. */
  record Ended(int code, String out) {}

  /** {@code mayfly login}, confirmed in this browser. */
  void logIn(Browser browser) throws IOException, InterruptedException {
    Process login = start("login", "--json");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(login.getInputStream(), StandardCharsets.UTF_8))) {
      JsonNode code = KeycloakLoginIT.read(lines.readLine());
      browser.open(broker.at("/login/device?user_code=" + code.get("user_code").asText()));
      if (!browser.page().contains("Is this you?")) {
        throw new AssertionError(browser.page());
      }
      browser.submit(Map.of("decision", "confirm"));
      String rest = String.join("\n", lines.lines().toList());
      if (login.waitFor() != 0) {
        throw new AssertionError("mayfly login ended with " + login.exitValue() + ": " + rest);
      }
    }
  }

  JsonNode json(String... command) throws IOException, InterruptedException {
    String[] words = Arrays.copyOf(command, command.length + 1);
    words[command.length] = "--json";
    Ended ended = run(words);
    if (ended.code() != 0) {
      throw new AssertionError("mayfly " + String.join(" ", command) + " ended with " + ended);
    }
    return KeycloakLoginIT.read(ended.out().lines().findFirst().orElseThrow());
  }

  int code(String command) {
    try {
      return run(command).code();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out);
  }

  /** As if the token's time were nearly over: the next command renews the session. */
  void renewAtOnce() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("state/mayfly"))) {
      Path session =
          files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
      Files.writeString(
          session,
          Files.readString(session)
              .replaceFirst(
                  "\"expires_at\":\"[^\"]+\"", "\"expires_at\":\"2001-01-01T00:00:00Z\""));
    }
  }

  private Process start(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder =
        CommandArchive.command(home.resolve("cache"), List.of(arguments))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("MAYFLY_BROKER", "http://localhost:" + broker.port());
    builder.environment().put("XDG_STATE_HOME", home.resolve("state").toString());
    return builder.start();
  }
}
