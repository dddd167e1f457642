package bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Mayfly as README runs it in production: private_key_jwt, one committed ledger row a token. */
final class Mayfly implements Broker {

  private final Options options;
  private final Postgres postgres;
  private final List<Client> clients;
  private final int port = Ports.free();

  Mayfly(Options options, Postgres postgres, List<Client> clients) throws IOException {
    this.options = options;
    this.postgres = postgres;
    this.clients = clients;
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
  public void install() throws SQLException {
    postgres.database("mayfly");
  }

  @Override
  public Server start() {
    throw new UnsupportedOperationException(options.toString());
  }

  @Override
  public String form(int sequence) {
    Client client = clients.get(sequence % clients.size());
    return "grant_type=client_credentials"
        + Forms.CLIENT_ASSERTION
        + client.assertion("http://" + host() + ":" + port);
  }

  @Override
  public String recorded() throws SQLException {
    return postgres.query("mayfly", "SELECT count(*) FROM credentials") + " rows in the ledger";
  }
}
