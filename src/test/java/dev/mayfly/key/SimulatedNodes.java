package dev.mayfly.key;

import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Node;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.Notifications;
import dev.mayfly.store.TestDatabase;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;

/** Several nodes in one process over one real database, and the clock they all live by. */
final class SimulatedNodes implements AutoCloseable {

  static final Instant START = Instant.parse("2027-01-01T00:00:00Z");
  static final Path DEVELOPMENT_KEK = Path.of("keys-dev/kek");
  static final RingName JWT = new RingName(RingName.JWT, Alg.ES256);

  private static final NodeConfig NODES =
      new NodeConfig() {
        @Override
        public Duration heartbeat() {
          return Duration.ofSeconds(2);
        }

        @Override
        public Duration deadAfter() {
          return Duration.ofSeconds(10);
        }
      };

  final TestDatabase test;
  final KeyConfig config;
  final KeyPlan plan;
  private Instant now = START;

  private SimulatedNodes(TestDatabase test, KeyConfig config, KeyPlan plan) {
    this.test = test;
    this.config = config;
    this.plan = plan;
  }

  SimulatedNodes(KeyConfig config) {
    this(TestDatabase.fresh(), config, new KeyPlan(config));
    test.useTestClock();
    test.setClock(now);
    test.execute(
        "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '90 days')");
  }

  /** More nodes on the same database that are configured for other rings. */
  SimulatedNodes withPlan(KeyPlan other) {
    return new SimulatedNodes(test, config, other);
  }

  Instant now() {
    return now;
  }

  void advance(Duration by) {
    now = now.plus(by);
    test.setClock(now);
  }

  /** A node that has started: registered, rings opened, keys loaded. */
  Simulated start() {
    Simulated made = prepareToStart();
    made.startUp().await().indefinitely();
    return made;
  }

  Simulated prepareToStart() {
    return prepareToStart(
        new WrappedCustody(
            CryptoProvider.chosen(), KeyEncryptionKey.read(DEVELOPMENT_KEK), List.of()));
  }

  Simulated prepareToStart(Custody custody) {
    Node node = new Node(test.database(), Clock.systemUTC(), NODES, "simulated");
    SigningKeys table = new SigningKeys(test.database(), NODES);
    KeyMoves moves = new KeyMoves(new AuditLog(Clock.systemUTC()));
    CryptoProvider crypto = CryptoProvider.chosen();
    KeyRings rings = new KeyRings(test.database(), node, crypto, custody, plan);
    return new Simulated(
        node,
        rings,
        new RingKeeper(test.database(), table, moves, custody, plan),
        new RingOpening(test.database(), table, moves, custody, plan, rings, crypto, hints()),
        new KeyTaint(test.database(), table, moves, custody, plan),
        new Rewrapping(test.database(), moves, custody),
        table);
  }

  /** As whoever taints a root goes on. */
  Uprooting uprooting() {
    return new Uprooting(
        new SigningKeys(test.database(), NODES),
        new KeyMoves(new AuditLog(Clock.systemUTC())),
        new WrappedCustody(
            CryptoProvider.chosen(), KeyEncryptionKey.read(DEVELOPMENT_KEK), List.of()),
        plan,
        test.vertx());
  }

  private Notifications hints() {
    var address = test.address();
    return new Notifications(
        test.vertx(),
        PgConnectOptions.fromUri(address.url())
            .setUser(address.user())
            .setPassword(address.password()));
  }

  /** What the table says, whatever the nodes believe. */
  List<KeyRecord> keys() {
    return new SigningKeys(test.database(), NODES).list().await().indefinitely();
  }

  List<KeyRecord> keys(RingName ring, KeyState state) {
    return keys().stream().filter(key -> key.ring().equals(ring) && key.is(state)).toList();
  }

  KeyRecord active(RingName ring) {
    return keys(ring, KeyState.ACTIVE).getFirst();
  }

  List<String> column(String sql) {
    return StreamSupport.stream(
            test.database().run(sql).await().indefinitely().spliterator(), false)
        .map((Row row) -> String.valueOf(row.getValue(0)))
        .toList();
  }

  @Override
  public void close() {
    test.close();
  }

  /** One of them. */
  record Simulated(
      Node node,
      KeyRings rings,
      RingKeeper keeper,
      RingOpening opening,
      KeyTaint taint,
      Rewrapping rewrapping,
      SigningKeys table) {

    Uni<Void> startUp() {
      return node.register().flatMap(done -> opening.open()).flatMap(done -> rings.loadWhole());
    }

    void beat() {
      node.register().await().indefinitely();
    }

    void refresh() {
      rings.refresh().await().indefinitely();
    }

    void tick() {
      keeper.tick().await().indefinitely();
    }

    /** What the schedulers of a healthy node do. */
    void live() {
      beat();
      refresh();
      tick();
    }
  }
}
