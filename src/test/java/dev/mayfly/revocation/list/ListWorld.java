package dev.mayfly.revocation.list;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.key.Alg;
import dev.mayfly.key.SigningKey;
import dev.mayfly.revocation.RevocationWorld;
import dev.mayfly.revocation.statuslist.StatusList;
import dev.mayfly.revocation.statuslist.StatusListFormat;
import dev.mayfly.store.AnybodysLookUps;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Node;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.Notifications;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Nodes that publish and serve, in one process on one real database. */
public final class ListWorld {

  public static final ListTimes TIMES =
      new ListTimes(Duration.ofHours(1), Duration.ofMinutes(30), Duration.ofSeconds(1));

  private static final KeyPair PAIR = pair();

  private ListWorld() {}

  /** One node with everything of this room that it runs. */
  static final class TestNode implements AutoCloseable {
    final AtomicReference<Instant> now = new AtomicReference<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Publisher publisher;
    final Spread spread;
    final Node node;
    final PublishedLists lists;
    final Notifications notifications;
    final PublishingLoop loop;

    TestNode(RevocationWorld world) {
      this(world, Optional.of(new TestKey(Instant.parse("2040-01-01T00:00:00Z"))));
    }

    TestNode(RevocationWorld world, Optional<SigningKey> key) {
      InstantSource clock = () -> Optional.ofNullable(now.get()).orElseGet(world.clock()::instant);
      var database = world.test().database();
      var audit = new AuditLog(clock);
      publisher =
          new Publisher(
              database,
              world.test().vertx(),
              List.of(new StatusListFormat(() -> key, TIMES)),
              audit,
              TIMES);
      spread = new Spread(database, audit, new Beats(), meters);
      node = new Node(database, clock, new Beats(), "test");
      RevocationWorld.get(node.register());
      lists =
          new PublishedLists(
              database,
              world.test().vertx(),
              publisher,
              spread,
              node,
              clock,
              new AnybodysLookUps());
      var address = world.test().address();
      notifications =
          new Notifications(
              world.test().vertx(),
              PgConnectOptions.fromUri(address.url())
                  .setUser(address.user())
                  .setPassword(address.password()));
      loop =
          new PublishingLoop(
              database,
              world.test().vertx(),
              notifications,
              publisher,
              lists,
              spread,
              Duration.ofMillis(500));
    }

    @Override
    public void close() {
      loop.end();
      notifications.close();
      RevocationWorld.get(node.leave());
    }
  }

  private record Beats() implements NodeConfig {
    @Override
    public Duration heartbeat() {
      return Duration.ofSeconds(2);
    }

    @Override
    public Duration deadAfter() {
      return Duration.ofMinutes(10);
    }
  }

  /** A real P-256 key that ends when the test says. */
  public record TestKey(Instant notAfter) implements SigningKey {
    @Override
    public KeyId id() {
      return new KeyId("l".repeat(43));
    }

    @Override
    public Alg alg() {
      return Alg.ES256;
    }

    @Override
    public byte[] sign(byte[] input) {
      try {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(PAIR.getPrivate());
        signature.update(input);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** A served list taken apart, its signature checked with the JDK. */
  record Opened(JsonObject header, JsonObject claims, StatusList list) {
    static Opened of(ServedList served) {
      String jwt = new String(served.document(), StandardCharsets.US_ASCII);
      String[] parts = jwt.split("\\.", -1);
      try {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(PAIR.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        if (!signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
          throw new AssertionError("the list's signature is wrong");
        }
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
      JsonObject claims = json(parts[1]);
      JsonObject list = claims.getJsonObject("status_list");
      return new Opened(
          json(parts[0]),
          claims,
          StatusList.decode(list.getInteger("bits"), list.getString("lst")));
    }

    private static JsonObject json(String part) {
      return new JsonObject(
          new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }
  }

  /** The key that test nodes sign with. */
  public static KeyPair keys() {
    return PAIR;
  }

  /** A list that must be served. */
  static ServedList ok(Uni<Outcome<ServedList>> served) {
    return switch (RevocationWorld.get(served)) {
      case Outcome.Ok<ServedList>(ServedList list) -> list;
      case Outcome.Refused<ServedList>(Refusal refusal) -> throw new AssertionError(refusal.why());
    };
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
