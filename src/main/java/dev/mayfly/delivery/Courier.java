package dev.mayfly.delivery;

import dev.mayfly.delivery.Sent.Arrived;
import dev.mayfly.delivery.Sent.Failed;
import dev.mayfly.outbound.PrivateAddress;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Takes messages from the queue to their channels. Every node has one and needs none of the others:
 * what one has claimed the others leave alone until its lease is over.
 */
final class Courier {

  /** Beyond the try itself: what the database may take to hear how it went. */
  private static final Duration LEASE_MARGIN = Duration.ofSeconds(30);

  private final DeliveryQueue queue;
  private final List<Route> routes;
  private final Limits limits;
  private final MeterRegistry metrics;

  /** How patiently. */
  record Limits(Duration timeout, int tries, Backoff backoff, int atOnce) {

    Limits {
      if (!timeout.isPositive() || tries < 1 || atOnce < 1) {
        throw new IllegalArgumentException(
            "mayfly.delivery.timeout, tries and at-once must be positive");
      }
    }
  }

  Courier(DeliveryQueue queue, List<Route> routes, Limits limits, MeterRegistry metrics) {
    this.queue = queue;
    this.routes = List.copyOf(routes);
    this.limits = limits;
    this.metrics = metrics;
  }

  List<Route> routes() {
    return routes;
  }

  /** Queues all that is in the outbox by now. */
  Uni<Void> queue() {
    return Uni.createFrom()
        .deferred(() -> queue.queue(routes))
        .repeat()
        .whilst(more -> more)
        .collect()
        .last()
        .replaceWithVoid();
  }

  /** Sends through one channel until nothing is due there. */
  Uni<Void> carry(Route route) {
    return Uni.createFrom()
        .deferred(() -> batch(route))
        .repeat()
        .whilst(sent -> sent > 0)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Integer> batch(Route route) {
    return queue
        .claim(route.name(), limits.atOnce(), limits.timeout().plus(LEASE_MARGIN))
        .chain(
            claimed ->
                claimed.isEmpty()
                    ? Uni.createFrom().item(0)
                    : Uni.join()
                        .all(claimed.stream().map(one -> carry(route, one)).toList())
                        .andCollectFailures()
                        .map(List::size));
  }

  private Uni<Void> carry(Route route, Claimed claimed) {
    return Uni.createFrom()
        .deferred(() -> route.channel().send(claimed.message()))
        .ifNoItem()
        .after(limits.timeout())
        .fail()
        .onFailure()
        .recoverWithItem(failure -> new Failed(words(failure)))
        .chain(sent -> settle(route, claimed, sent));
  }

  private Uni<Void> settle(Route route, Claimed claimed, Sent sent) {
    return switch (sent) {
      case Arrived() -> queue.arrived(claimed).invoke(done -> count(route, "delivered"));
      case Failed(String why) when claimed.tries() >= limits.tries() ->
          queue.die(claimed, why).invoke(done -> count(route, "dead"));
      case Failed(String why) -> {
        double chance = ThreadLocalRandom.current().nextDouble();
        Duration pause = limits.backoff().after(claimed.tries(), chance);
        yield queue.again(claimed, pause, why).invoke(done -> count(route, "failed"));
      }
    };
  }

  private void count(Route route, String outcome) {
    metrics
        .counter("mayfly.delivery.tries", "channel", route.name(), "outcome", outcome)
        .increment();
  }

  /** Of a failure its kind alone: its message may hold an address that is a secret. */
  private static String words(Throwable failure) {
    return switch (failure) {
      case TimeoutException timeout -> "no answer in time";
      case UnknownHostException unknown -> "the name is not known";
      case PrivateAddress refused -> "the name leads to a private address";
      default -> "failed: " + failure.getClass().getSimpleName();
    };
  }
}
