package bench;

import java.io.IOException;
import java.sql.SQLException;
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
  private final MayflyProcess process;

  Mayfly(Options options, Postgres postgres, List<Client> clients) throws IOException {
    this.options = options;
    this.postgres = postgres;
    this.clients = clients;
    this.process = new MayflyProcess(options.project(), options.work(), postgres, DATABASE);
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
    return process.port();
  }

  @Override
  public String tokenPath() {
    return "/oauth/token";
  }

  @Override
  public void install() throws IOException, SQLException {
    postgres.database(DATABASE);
    process.install(MayflyPolicy.yaml(clients));
  }

  @Override
  public Server firstStart() {
    return process.start(List.of("--record"), Map.of());
  }

  @Override
  public Server start() {
    return process.start(List.of(), MayflyProcess.recording(options.recording()));
  }

  @Override
  public String form(int sequence) {
    Client client = clients.get(sequence % clients.size());
    return "grant_type=client_credentials"
        + Forms.CLIENT_ASSERTION
        + client.assertion(process.issuer())
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
}
