package dev.mayfly.boot;

import dev.mayfly.MayflyConfig;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The broker's entry: settles the database, then lets Quarkus start. */
@QuarkusMain
public final class Main {

  private static final Logger LOG = Logger.getLogger(Main.class);

  private Main() {}

  /** Runs until told to end; what keeps it from starting is one sentence and exit code 1. */
  public static void main(String... arguments) {
    try {
      prepareDatabase();
    } catch (RuntimeException e) {
      // Not by the log: until Quarkus has started it holds lines back, and now it never will.
      System.err.println("Mayfly does not start: " + rootOf(e).getMessage());
      System.exit(1);
    }
    Quarkus.run(null, Main::ended, arguments);
  }

  /** Instead of Quarkus' own words, which are all of the stack in one line of JSON. */
  private static void ended(int code, @Nullable Throwable failure) {
    if (failure != null) {
      System.err.println(StartFailure.text(failure));
    }
    System.exit(code);
  }

  private static void prepareDatabase() {
    MayflyConfig mayfly = config();
    DatabaseAddress address =
        mayfly
            .database()
            .url()
            .map(url -> configured(url, mayfly.database()))
            .orElseGet(() -> embedded(mayfly));
    Migrations.run(address);
    System.setProperty("quarkus.datasource.reactive.url", address.url());
    System.setProperty("quarkus.datasource.username", address.user());
    System.setProperty("quarkus.datasource.password", address.password());
    LOG.infof("database: %s", address);
  }

  private static DatabaseAddress configured(String url, MayflyConfig.Database database) {
    return DatabaseAddress.parse(url, database.username(), database.password().orElse(""));
  }

  private static DatabaseAddress embedded(MayflyConfig mayfly) {
    if (!EmbeddedDatabase.isAvailable()) {
      throw new IllegalStateException(
          "this build has no embedded PostgreSQL; set mayfly.database.url to postgresql://host:5432/mayfly");
    }
    EmbeddedDatabase.Running running = EmbeddedDatabase.start(mayfly.data(), true);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAfterTheBroker(running), "postgres"));
    return running.address();
  }

  /** The broker says goodbye to its database first; then the database may go. */
  private static void stopAfterTheBroker(EmbeddedDatabase.Running running) {
    Optional.ofNullable(Application.currentApplication()).ifPresent(Application::awaitShutdown);
    running.close();
  }

  private static MayflyConfig config() {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDefaultSources()
        .addDiscoveredSources()
        .addDiscoveredConverters()
        .withProfile(profile())
        .withMapping(MayflyConfig.class)
        .withValidateUnknown(false)
        .build()
        .getConfigMapping(MayflyConfig.class);
  }

  /** As Quarkus finds it: property, environment, else production. */
  private static String profile() {
    return Optional.ofNullable(System.getProperty("quarkus.profile"))
        .or(() -> Optional.ofNullable(System.getenv("QUARKUS_PROFILE")))
        .orElse("prod");
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
