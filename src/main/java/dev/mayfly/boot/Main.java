package dev.mayfly.boot;

import dev.mayfly.MayflyConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The broker's entry: settles the database, then lets Quarkus start. */
@QuarkusMain
public final class Main {

  private Main() {}

  public static void main(String... arguments) {
    prepareDatabase();
    Quarkus.run(arguments);
  }

  private static void prepareDatabase() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDefaultSources()
            .addDiscoveredSources()
            .addDiscoveredConverters()
            .withMapping(MayflyConfig.class)
            .withValidateUnknown(false)
            .build();
    MayflyConfig mayfly = config.getConfigMapping(MayflyConfig.class);
    DatabaseAddress address =
        mayfly
            .database()
            .url()
            .map(
                url ->
                    DatabaseAddress.parse(
                        url, mayfly.database().username(), mayfly.database().password().orElse("")))
            .orElseGet(() -> EmbeddedDatabase.start(mayfly.data(), true));
    Migrations.run(address);
    System.setProperty("quarkus.datasource.reactive.url", address.url());
    System.setProperty("quarkus.datasource.username", address.user());
    System.setProperty("quarkus.datasource.password", address.password());
  }
}
