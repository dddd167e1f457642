package dev.mayfly.identity.join;

import dev.mayfly.store.Database;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Forgets join tokens that are long over; the audit still tells of them. */
@ApplicationScoped
class Forgetting {

  /* By join_tokens_by_until. As long as one may look at a listing to see who let whom in. */
  private static final String FORGET =
      "DELETE FROM join_tokens WHERE until < mayfly_now() - interval '30 days'";

  private final Database database;

  Forgetting(Database database) {
    this.database = database;
  }

  @Scheduled(
      identity = "join-tokens-forgotten",
      every = "10m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return database.run(FORGET).replaceWithVoid();
  }
}
