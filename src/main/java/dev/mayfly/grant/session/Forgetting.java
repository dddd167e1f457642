package dev.mayfly.grant.session;

import dev.mayfly.store.Database;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Forgets what logins leave behind once nobody can use it any more: a few rows for each. */
@ApplicationScoped
public class Forgetting {

  /* Each by its index on the end. A while more tells one that has ended from one that never was. */
  private static final String FORGET =
      """
      WITH devices  AS (DELETE FROM device_logins WHERE until < mayfly_now() - interval '10 minutes'),
           wrong    AS (DELETE FROM wrong_device_codes WHERE at < mayfly_now() - interval '1 day')
      DELETE FROM refresh_tokens WHERE until < mayfly_now() - interval '1 day'
      """;

  private final Database database;

  public Forgetting(Database database) {
    this.database = database;
  }

  @Scheduled(
      identity = "logins-forgotten",
      every = "10m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return forget();
  }

  public Uni<Void> forget() {
    return database.run(FORGET).replaceWithVoid();
  }
}
