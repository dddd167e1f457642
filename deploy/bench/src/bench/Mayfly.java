package bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
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
  private final Product product;
  private final List<String> keys = new ArrayList<>();

  Mayfly(Options options, Postgres postgres, List<Client> clients, Product product)
      throws IOException {
    this.product = product;
    this.options = options;
    this.postgres = postgres;
    this.clients = clients;
    this.process = new MayflyProcess(options.project(), options.work(), postgres, DATABASE);
  }

  @Override
  public String name() {
    return switch (product) {
      case TOKEN -> "Mayfly, private_key_jwt";
      case X509 -> "Mayfly, X.509 from a P-256 CSR";
      case SSH -> "Mayfly, SSH for an Ed25519 key";
    };
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
    return product.path();
  }

  @Override
  public String contentType() {
    return product == Product.TOKEN ? Broker.super.contentType() : "application/json";
  }

  @Override
  public Load.Judge judge() {
    return product.judge();
  }

  @Override
  public void install() throws IOException, SQLException, InterruptedException {
    for (int client = 0; client < clients.size(); client++) {
      keys.add(product.key(options.work(), client));
    }
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
    int number = sequence % clients.size();
    return product == Product.TOKEN ? token(clients.get(number)) : certificate(number);
  }

  private String certificate(int number) {
    return "{\"grant_type\":\"client_credentials\",\"role\":\"caller\",\"client_assertion_type\":"
        + "\"urn:ietf:params:oauth:client-assertion-type:jwt-bearer\",\"client_assertion\":\""
        + clients.get(number).assertion(process.issuer())
        + "\""
        + keys.get(number)
        + "}";
  }

  private String token(Client client) {
    return "grant_type=client_credentials"
        + Forms.CLIENT_ASSERTION
        + client.assertion(process.issuer())
        + "&resource=https%3A%2F%2Fapi.bench.example&scope=read";
  }

  @Override
  public int highestRate() {
    return product == Product.TOKEN ? options.highestRate() : options.highestRate() / 2;
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
