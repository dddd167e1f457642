package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code deploy/mayfly-broker} in production's profile, with a folder and a key of its own. */
final class MayflyProcess {

  private static final String HOST = "127.0.0.1";

  private final Path project;
  private final Path work;
  private final Path folder;
  private final Postgres postgres;
  private final String database;
  private final int port = Ports.free();

  MayflyProcess(Path project, Path work, Postgres postgres, String database) throws IOException {
    this.project = project;
    this.work = work;
    this.folder = work.resolve("mayfly");
    this.postgres = postgres;
    this.database = database;
  }

  int port() {
    return port;
  }

  String issuer() {
    return "http://" + HOST + ":" + port;
  }

  void install(String policy) throws IOException {
    Folders.delete(folder);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("policy.yaml"), policy);
    Path kek = folder.resolve("kek");
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    Files.writeString(kek, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    Files.setPosixFilePermissions(kek, PosixFilePermissions.fromString("rw-------"));
    Files.deleteIfExists(project.resolve("target/quarkus-app/mayfly.aot"));
  }

  Server start(List<String> arguments, Map<String, String> more) {
    return start(arguments, more, port, "mayfly.log");
  }

  /** Another node of the same broker. */
  Server another(int otherPort) {
    return start(List.of(), Map.of(), otherPort, "mayfly-2.log");
  }

  private Server start(List<String> arguments, Map<String, String> more, int port, String log) {
    List<String> command =
        new ArrayList<>(List.of(project.resolve("deploy/mayfly-broker").toString()));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MAYFLY_ISSUER", issuer());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put(
        "MAYFLY_DATABASE_URL", "postgresql://" + HOST + ":" + postgres.port() + "/" + database);
    environment.put("MAYFLY_DATABASE_USERNAME", Postgres.USER);
    environment.put("MAYFLY_DATABASE_PASSWORD", "none");
    environment.put("MAYFLY_POLICY_FILE", folder.resolve("policy.yaml").toString());
    environment.put("MAYFLY_KEY_KEK_FILE", folder.resolve("kek").toString());
    return Server.start(command, environment, folder, work.resolve(log));
  }

  /** What makes the broker write a flight recording when it ends. */
  static Map<String, String> recording(Optional<Path> file) {
    return file.map(
            to ->
                Map.of(
                    "JAVA_OPTS",
                    "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + to))
        .orElseGet(Map::of);
  }
}
