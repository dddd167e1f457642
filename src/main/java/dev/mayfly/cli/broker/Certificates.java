package dev.mayfly.cli.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/** A broker's endpoints for certificates, with the proof of whoever asks (RFC 7521 4). */
public final class Certificates {

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

  /** A workload, by what it shows. */
  public record Workload(Proof proof) implements Asker {
    @Override
    public Json ask(Broker broker, Order order) throws Stop {
      Map<String, Object> body = order.body();
      body.putAll(broker.members(proof));
      return broker.anonymous(Refused.Asker.of(proof)).post(order.kind().path, body);
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
