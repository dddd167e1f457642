package dev.mayfly.http;

import dev.mayfly.boot.DatabaseAddress;
import dev.mayfly.store.LossyNetwork;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** A broker's database behind a network that a test can let lose packets. */
public final class LossyDatabase implements QuarkusTestResourceLifecycleManager {

  /** Shorter than the usual, so that the test is. */
  static final String LIMIT = "2s";

  private static final String URL = "quarkus.datasource.reactive.url";

  private final Map<String, String> settings = new HashMap<>();
  private LossyNetwork network;

  @Override
  public Map<String, String> start() {
    settings.putAll(new BrokerDatabase().start());
    String user = settings.get("quarkus.datasource.username");
    network = new LossyNetwork(DatabaseAddress.parse(settings.get(URL), user, ""));
    settings.put(URL, network.address().url());
    settings.put("mayfly.store.limit", LIMIT);
    return settings;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(network, new TestInjector.MatchesType(LossyNetwork.class));
  }

  @Override
  public void stop() {
    network.close();
  }
}
