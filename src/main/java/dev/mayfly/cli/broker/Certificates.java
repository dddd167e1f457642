package dev.mayfly.cli.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/** A broker's endpoints for certificates, with the proof of whoever asks (RFC 7521 4). */
public final class Certificates {

  private static final String PROOF_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

  /** What kind of certificate. */
  public enum Kind {
    X509("/v1/certificates/x509"),
    SSH("/v1/certificates/ssh");

    private final String path;

    Kind(String path) {
      this.path = path;
    }
  }

  /**
   * What is asked for, besides who asks.
   *
   * @param members as the API names them
   */
  public record Order(Kind kind, Map<String, String> members) {

    public Order {
      members = Map.copyOf(members);
    }

    private Map<String, Object> body() {
      return new LinkedHashMap<>(members);
    }
  }

  /** Who asks. */
  public sealed interface Asker {
    Json ask(Broker broker, Order order) throws Stop;
  }

  /** A workload with a key of its own. */
  public record Client(ClientKey key) implements Asker {
    @Override
    public Json ask(Broker broker, Order order) throws Stop {
      Map<String, Object> body = order.body();
      body.put("grant_type", "client_credentials");
      body.put("client_id", key.clientId());
      body.put("client_assertion_type", PROOF_TYPE);
      body.put("client_assertion", broker.assertion(key));
      return broker.anonymous().post(order.kind().path, body);
    }
  }

  /** Whoever another issuer's assertion names. */
  public record Bearer(String assertion) implements Asker {
    @Override
    public Json ask(Broker broker, Order order) throws Stop {
      Map<String, Object> body = order.body();
      body.put("grant_type", JWT_BEARER);
      body.put("assertion", assertion);
      return broker.anonymous().post(order.kind().path, body);
    }
  }

  /** The person who is logged in. */
  public record Person(Broker.Api session) implements Asker {
    @Override
    public Json ask(Broker broker, Order order) throws Stop {
      return session.post(order.kind().path, order.body());
    }
  }

  private Certificates() {}
}
