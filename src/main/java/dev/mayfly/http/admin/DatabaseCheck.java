package dev.mayfly.http.admin;

import dev.mayfly.http.HttpConfig;
import dev.mayfly.store.Database;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Ready only while the database answers (rule 10). */
@Readiness
@Startup
@ApplicationScoped
class DatabaseCheck implements AsyncHealthCheck {

  private static final String NAME = "database";

  private final Database database;
  private final Duration patience;

  DatabaseCheck(Database database, HttpConfig config) {
    this.database = database;
    this.patience = config.healthPatience();
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    return database
        .run("SELECT mayfly_now()")
        .ifNoItem()
        .after(patience)
        .fail()
        .map(answered -> HealthCheckResponse.up(NAME))
        .onFailure()
        .recoverWithItem(HealthCheckResponse.down(NAME));
  }
}
