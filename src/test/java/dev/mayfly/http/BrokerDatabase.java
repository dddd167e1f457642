package dev.mayfly.http;

import dev.mayfly.boot.DatabaseAddress;
import dev.mayfly.boot.Migrations;
import dev.mayfly.store.TestDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.Map;

/**
 * A fresh migrated database for a broker that a test starts whole, and the keys that every such
 * broker certifies for nobody.
 */
public final class BrokerDatabase implements QuarkusTestResourceLifecycleManager {

  static final Path KNOWN_BAD_KEYS = Path.of("src/test/resources/known-bad-keys/debian.txt");

  @Override
  public Map<String, String> start() {
    DatabaseAddress address = TestDatabase.freshAddress();
    Migrations.run(address);
    return Map.of(
        "quarkus.datasource.reactive.url", address.url(),
        "quarkus.datasource.username", address.user(),
        "quarkus.datasource.password", address.password().isEmpty() ? "none" : address.password(),
        "mayfly.credential.known-bad-keys", KNOWN_BAD_KEYS.toString());
  }

  /** The server ends with the test run, and its databases with it. */
  @Override
  public void stop() {}
}
