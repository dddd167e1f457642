package dev.mayfly.delivery;

import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An outbox on a real database, its clock in the test's hand, and as many nodes as wanted. */
final class DeliveryWorld implements AutoCloseable {

  static final Instant START = Instant.parse("2030-01-01T12:00:00Z");
  static final String ISSUER = "https://broker.test";
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TestDatabase test = TestDatabase.fresh();
  private final Map<String, String> settings = new HashMap<>();

  DeliveryWorld() {
    test.useTestClock();
    test.setClock(START);
    test.execute(
        """
        SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '40 days');
        SELECT mayfly_make_partitions('outbox', interval '1 day', interval '40 days');
        """);
    set("timeout", "2s");
    set("tries", "3");
    set("backoff", "10s");
    set("backoff-at-most", "30s");
  }

  DeliveryWorld set(String name, String value) {
    settings.put("mayfly.delivery." + name, value);
    return this;
  }

  /** A webhook on loopback by this name. */
  DeliveryWorld webhook(String name, LoopbackReceiver receiver) {
    return set("channels." + name + ".kind", "webhook")
        .set("channels." + name + ".url", receiver.uri().toString())
        .set("channels." + name + ".private-addresses", "true")
        .set("channels." + name + ".secret-file", file(SECRET).toString());
  }

  DeliveryConfig config() {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withSources(new PropertiesConfigSource(settings, "test", 500))
        .withMapping(DeliveryConfig.class)
        .build()
        .getConfigMapping(DeliveryConfig.class);
  }

  DeliveryQueue queue() {
    return new DeliveryQueue(test.database(), new AuditLog(Clock.systemUTC()), Clock.systemUTC());
  }

  List<Route> routes() {
    return new Routes(config(), vertx(), Clock.systemUTC(), ISSUER).all();
  }

  /** A node of its own on the same database. */
  Courier node() {
    DeliveryConfig config = config();
    return new Courier(
        queue(),
        routes(),
        new Courier.Limits(
            config.timeout(),
            config.tries(),
            new Backoff(config.backoff(), config.backoffAtMost()),
            config.atOnce()),
        new SimpleMeterRegistry());
  }

  /** One round of a node, to its end. */
  void round(Courier node) {
    get(node.queue());
    node.routes().forEach(route -> get(node.carry(route)));
  }

  /** Writes a message as the rooms do; the one after it has a later number. */
  UUID message(String topic, String key, String payload) {
    UUID id = UUID.randomUUID();
    test.execute(
        "INSERT INTO outbox (id, at, topic, key, payload) VALUES ('%s', mayfly_now(), '%s', '%s', '%s')"
            .formatted(id, topic, key, payload));
    return id;
  }

  UUID message(String key) {
    return message("grant.activate", key, "{}");
  }

  void clock(Duration sinceStart) {
    test.setClock(START.plus(sinceStart));
  }

  TestDatabase test() {
    return test;
  }

  io.vertx.mutiny.core.Vertx vertx() {
    return test.vertx();
  }

  /** {@code channel state tries last_error} of each delivery, in the order of the messages. */
  List<String> deliveries() {
    try (var connection = test.connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT channel || ' ' || state || ' ' || tries || ' ' || last_error"
                        + " FROM deliveries ORDER BY seq, channel")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1).strip());
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T get(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  /** A file that only this user may read. */
  static Path file(String content) {
    try {
      Path file =
          Files.createTempFile(
              "secret",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      file.toFile().deleteOnExit();
      return Files.writeString(file, content + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    test.close();
  }
}
