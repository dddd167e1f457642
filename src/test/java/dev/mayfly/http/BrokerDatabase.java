package dev.mayfly.http;

import dev.mayfly.boot.DatabaseAddress;
import dev.mayfly.boot.Migrations;
import dev.mayfly.store.TestDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A fresh migrated database for a broker that a test starts whole. */
public final class BrokerDatabase implements QuarkusTestResourceLifecycleManager {

  @Override
  public Map<String, String> start() {
    DatabaseAddress address = TestDatabase.freshAddress();
    Migrations.run(address);
    return Map.of(
        "quarkus.datasource.reactive.url", address.url(),
        "quarkus.datasource.username", address.user(),
        "quarkus.datasource.password", address.password().isEmpty() ? "none" : address.password());
  }

  /** The server ends with the test run, and its databases with it. */
  @Override
  public void stop() {}
}
