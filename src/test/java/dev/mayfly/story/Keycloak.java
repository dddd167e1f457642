package dev.mayfly.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Keycloak on loopback with the shop's staff, and what its administrator does. */
final class Keycloak implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path UNPACKED = Path.of("target/keycloak");
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final String ADMIN = "keeper";
  private static final String PASSWORD = "keeper-of-the-realm";

  private final Process process;
  private final int port;
  private final Path log;

  private Keycloak(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** Starts it; {@link #awaitReady} waits. The realm sends browsers and logouts to this broker. */
  static Keycloak start(Path folder, String broker) {
    try {
      int port = BrokerProcess.freePort();
      Path home = home();
      Path realm = home.resolve("data/import/staff-realm.json");
      Files.createDirectories(realm.getParent());
      Files.writeString(
          realm,
          Files.readString(Path.of("src/test/resources/keycloak/staff-realm.json"))
              .replace("BROKER", broker));
      Path log = folder.resolve("keycloak.log");
      List<String> command =
          new ArrayList<>(List.of(home.resolve("bin/kc.sh").toAbsolutePath().toString()));
      command.addAll(
          List.of(
              "start-dev",
              "--db=dev-mem",
              "--cache=local",
              "--http-host=127.0.0.1",
              "--http-port=" + port,
              "--hostname=http://localhost:" + port,
              "--health-enabled=false",
              "--import-realm"));
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
      builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms128m -Xmx512m");
      builder.environment().put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
      return new Keycloak(builder.start(), port, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path home() throws IOException {
    try (Stream<Path> unpacked = Files.list(UNPACKED)) {
      return unpacked.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  String issuer() {
    return "http://localhost:" + port + "/realms/staff";
  }

  void awaitReady() {
    URI discovery = URI.create(issuer() + "/.well-known/openid-configuration");
    Eventually.within(
        START_LIMIT,
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("Keycloak ended at its start:\n" + log());
          }
          return status(HttpRequest.newBuilder(discovery).build()) == 200;
        });
  }

  /** Takes somebody out of a group. */
  void leave(String user, String group) {
    String id = idOf("/users?exact=true&username=" + user, 0);
    JsonNode groups = json(admin("/users/" + id + "/groups").GET().build());
    for (JsonNode one : groups) {
      if (one.get("name").asText().equals(group)) {
        done(admin("/users/" + id + "/groups/" + one.get("id").asText()).DELETE().build());
        return;
      }
    }
    throw new AssertionError(user + " is not in " + group);
  }

  /** Locks somebody out. */
  void disable(String user) {
    String id = idOf("/users?exact=true&username=" + user, 0);
    done(
        admin("/users/" + id)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString("{\"enabled\": false}"))
            .build());
  }

  /** Ends all of somebody's sessions; Keycloak tells its clients by their back channel. */
  void logOut(String user) {
    String id = idOf("/users?exact=true&username=" + user, 0);
    done(admin("/users/" + id + "/logout").POST(BodyPublishers.noBody()).build());
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String idOf(String path, int index) {
    return json(admin(path).GET().build()).get(index).get("id").asText();
  }

  private HttpRequest.Builder admin(String path) {
    HttpRequest token =
        HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:" + port + "/realms/master/protocol/openid-connect/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                BodyPublishers.ofString(
                    "grant_type=password&client_id=admin-cli&username="
                        + ADMIN
                        + "&password="
                        + PASSWORD))
            .build();
    return HttpRequest.newBuilder(
            URI.create("http://localhost:" + port + "/admin/realms/staff" + path))
        .header("Authorization", "Bearer " + json(token).get("access_token").asText());
  }

  private void done(HttpRequest request) {
    int status = status(request);
    if (status / 100 != 2) {
      throw new AssertionError(request.uri() + " answered " + status + "\n" + log());
    }
  }

  private static JsonNode json(HttpRequest request) {
    try {
      HttpResponse<String> answer = BrokerProcess.HTTP.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(request.uri() + " answered " + answer.statusCode());
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int status(HttpRequest request) {
    try {
      return BrokerProcess.HTTP.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
