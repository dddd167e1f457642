package bench;

import java.io.IOException;
import java.sql.SQLException;

/** One contestant: how to set it up once, start it, and ask it for a credential. */
interface Broker {

  String name();

  int port();

  String host();

  /** The path of the token endpoint. */
  String tokenPath();

  /** Creates database, keys and configuration; whatever happens only once in a broker's life. */
  void install() throws IOException, SQLException, InterruptedException;

  /** Starts on the empty database: schema, keys, and what else is made once. */
  default Server firstStart() {
    return start();
  }

  Server start();

  /** How the body of a request is written. */
  default String contentType() {
    return "application/x-www-form-urlencoded";
  }

  /** Whether an answer is what was asked for. */
  default Load.Judge judge() {
    return Product.TOKEN.judge();
  }

  /** The body of one token request, ready to send; different at every call where it must be. */
  String form(int sequence);

  /** Requests a second that it will not exceed, so that not more are prepared. */
  int highestRate();

  /** What the database says was recorded, in words; for a broker that records nothing, that. */
  String recorded() throws SQLException;
}
