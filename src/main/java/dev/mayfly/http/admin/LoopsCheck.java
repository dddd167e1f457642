package dev.mayfly.http.admin;

import io.quarkus.scheduler.Scheduler;
import io.quarkus.scheduler.SuccessfulExecution;
import io.quarkus.scheduler.Trigger;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready only while the loops of this node go round: the reaper, the reconcile of lists, of keys and
 * of policy. A node whose loops stand still would serve yesterday's lists.
 */
@Readiness
@ApplicationScoped
class LoopsCheck implements HealthCheck {

  /** A loop may miss two rounds; and a short one may wait for a database that comes back. */
  private static final int ROUNDS = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Scheduler scheduler;
  private final InstantSource clock;
  private final Map<String, Instant> rounds = new ConcurrentHashMap<>();
  private final Instant born;

  LoopsCheck(Scheduler scheduler, InstantSource clock) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.born = clock.instant();
  }

  void went(@Observes SuccessfulExecution round) {
    rounds.put(round.getExecution().getTrigger().getId(), clock.instant());
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("loops");
    boolean all = true;
    for (Trigger loop : scheduler.getScheduledJobs()) {
      boolean goes = age(loop).compareTo(limit(loop)) <= 0;
      all &= goes;
      answer.withData(loop.getId(), goes ? "goes round" : "stands still");
    }
    return answer.status(all).build();
  }

  private Duration age(Trigger loop) {
    return Duration.between(rounds.getOrDefault(loop.getId(), born), clock.instant());
  }

  private static Duration limit(Trigger loop) {
    Instant last = loop.getPreviousFireTime();
    Instant next = loop.getNextFireTime();
    return last == null || next == null
        ? Duration.ofHours(1)
        : Duration.between(last, next).multipliedBy(ROUNDS).plus(PATIENCE);
  }
}
