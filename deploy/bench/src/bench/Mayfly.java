package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Mayfly as {@code deploy/mayfly-broker} runs it in production: private_key_jwt, one committed
 * ledger row a token. The first start is the recorded one.
 */
final class Mayfly implements Broker {

  private static final String DATABASE = "mayfly";

  private final Options options;
  private final Postgres postgres;
  private final List<Client> clients;
  private final Path folder;
  private final int port = Ports.free();

  Mayfly(Options options, Postgres postgres, List<Client> clients) throws IOException {
    this.options = options;
    this.postgres = postgres;
    this.clients = clients;
    this.folder = options.work().resolve("mayfly");
  }

  @Override
  public String name() {
    return "Mayfly, private_key_jwt";
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
    return "/oauth/token";
  }

  @Override
  public void install() throws IOException, SQLException {
    postgres.database(DATABASE);
    Folders.delete(folder);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("policy.yaml"), MayflyPolicy.yaml(clients));
    Path kek = folder.resolve("kek");
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    Files.writeString(kek, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    Files.setPosixFilePermissions(kek, PosixFilePermissions.fromString("rw-------"));
    Files.deleteIfExists(options.project().resolve("target/quarkus-app/mayfly.aot"));
  }

  @Override
  public Server firstStart() {
    return broker(List.of("--record"), Map.of());
  }

  @Override
  public Server start() {
    Map<String, String> recording = new HashMap<>();
    options
        .recording()
        .ifPresent(
            file ->
                recording.put(
                    "JAVA_OPTS",
                    "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file));
    return broker(List.of(), recording);
  }

  private Server broker(List<String> arguments, Map<String, String> more) {
    List<String> command =
        new ArrayList<>(List.of(options.project().resolve("deploy/mayfly-broker").toString()));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MAYFLY_ISSUER", issuer());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put(
        "MAYFLY_DATABASE_URL", "postgresql://127.0.0.1:" + postgres.port() + "/" + DATABASE);
    environment.put("MAYFLY_DATABASE_USERNAME", Postgres.USER);
    environment.put("MAYFLY_DATABASE_PASSWORD", "none");
    environment.put("MAYFLY_POLICY_FILE", folder.resolve("policy.yaml").toString());
    environment.put("MAYFLY_KEY_KEK_FILE", folder.resolve("kek").toString());
    return Server.start(command, environment, folder, options.work().resolve("mayfly.log"));
  }

  @Override
  public String form(int sequence) {
    Client client = clients.get(sequence % clients.size());
    return "grant_type=client_credentials"
        + Forms.CLIENT_ASSERTION
        + client.assertion(issuer())
        + "&resource=https%3A%2F%2Fapi.bench.example&scope=read";
  }

  @Override
  public int highestRate() {
    return options.highestRate();
  }

  @Override
  public String recorded() throws SQLException {
    return postgres.query(DATABASE, "SELECT count(*) FROM credentials")
        + " credentials in the ledger, "
        + postgres.query(
            DATABASE, "SELECT count(*) FROM audit_events WHERE action = 'credential.mint'")
        + " audit events";
  }

  private String issuer() {
    return "http://" + host() + ":" + port;
  }
}
