package bench;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Keycloak as its own start script runs it in production mode, with the JVM settings that script
 * chooses, one node, on PostgreSQL.
 */
final class Keycloak implements Broker {

  private static final String DATABASE = "keycloak";

  private final Path home;
  private final Path folder;
  private final Postgres postgres;
  private final List<Client> clients;
  private final boolean withKey;
  private final int port = Ports.free();
  private final String secret = randomSecret();

  Keycloak(Path home, Path folder, Postgres postgres, List<Client> clients, boolean withKey)
      throws IOException {
    this.home = home;
    this.folder = folder;
    this.postgres = postgres;
    this.clients = clients;
    this.withKey = withKey;
  }

  @Override
  public String name() {
    String version = home.getFileName().toString().replace("keycloak-", "Keycloak ");
    return version + (withKey ? ", private_key_jwt" : ", client secret");
  }

  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String tokenPath() {
    return "/realms/" + KeycloakRealm.NAME + "/protocol/openid-connect/token";
  }

  @Override
  public void install() throws IOException, SQLException, InterruptedException {
    postgres.database(DATABASE);
    Path imports = home.resolve("data/import");
    Folders.delete(home.resolve("data"));
    Files.createDirectories(imports);
    Files.writeString(imports.resolve("bench-realm.json"), KeycloakRealm.json(clients, secret));
    try (Server build = keycloak("keycloak-build.log", "build", "--db=postgres")) {
      build.awaitExit();
    }
  }

  @Override
  public Server start() {
    return keycloak(
        "keycloak.log",
        "start",
        "--optimized",
        "--import-realm",
        "--cache=local",
        "--http-enabled=true",
        "--http-host=127.0.0.1",
        "--http-port=" + port,
        "--hostname=http://" + host() + ":" + port,
        "--db-url=jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + DATABASE,
        "--db-username=" + Postgres.USER,
        "--db-password=none");
  }

  @Override
  public String form(int sequence) {
    Client client = clients.get(sequence % clients.size());
    return "grant_type=client_credentials"
        + (withKey
            ? assertion(client)
            : "&client_id=" + encode(KeycloakRealm.secretId(client)) + "&client_secret=" + secret);
  }

  @Override
  public int highestRate() {
    return 2_000;
  }

  @Override
  public String recorded() {
    return "nothing (a client-credentials token leaves no row in Keycloak)";
  }

  private String assertion(Client client) {
    String issuer = "http://" + host() + ":" + port + "/realms/" + KeycloakRealm.NAME;
    return Forms.CLIENT_ASSERTION + client.assertion(issuer);
  }

  private Server keycloak(String log, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/kc.sh").toString());
    command.addAll(List.of(arguments));
    return Server.start(
        command, Map.of("JAVA_HOME", System.getProperty("java.home")), home, folder.resolve(log));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String randomSecret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
