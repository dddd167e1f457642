package dev.mayfly.revocation.list;

import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import dev.mayfly.store.Notifications;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Runs publishing and serving on this node: at every hint, and by a look from time to time, since a
 * hint may be lost.
 */
@ApplicationScoped
class PublishingLoop {

  private static final Logger LOG = Logger.getLogger(PublishingLoop.class);

  /** Where revocations are told; {@code Revocations} tells, the credential room may. */
  static final String CHANNEL = "mayfly_revocation";

  /** A node has opened a list, which is to be signed before somebody asks for it. */
  private static final String OPENED = "mayfly_lists_opened";

  /** Revocations that come together are published together; small beside the second we promise. */
  private static final Duration GATHER = Duration.ofMillis(20);

  /** Another node is publishing: it may have begun before our hint, so look again soon. */
  private static final Duration AFTER_BUSY = Duration.ofMillis(50);

  private final Database database;
  private final Vertx vertx;
  private final Notifications notifications;
  private final Publisher publisher;
  private final PublishedLists lists;
  private final Spread spread;
  private final Duration reconcile;
  private final OneAtATime publishing;
  private final OneAtATime refreshing;
  private final OneAtATime looking;
  private final AtomicBoolean gathering = new AtomicBoolean();
  private volatile long timer = -1;

  @Inject
  PublishingLoop(
      Database database,
      Vertx vertx,
      Notifications notifications,
      Publisher publisher,
      PublishedLists lists,
      Spread spread,
      ListsConfig config) {
    this(database, vertx, notifications, publisher, lists, spread, config.reconcile());
  }

  PublishingLoop(
      Database database,
      Vertx vertx,
      Notifications notifications,
      Publisher publisher,
      PublishedLists lists,
      Spread spread,
      Duration reconcile) {
    this.database = database;
    this.vertx = vertx;
    this.notifications = notifications;
    this.publisher = publisher;
    this.lists = lists;
    this.spread = spread;
    this.reconcile = reconcile;
    this.publishing = new OneAtATime("publishing lists", this::publish);
    this.refreshing = new OneAtATime("taking up lists", lists::refresh);
    this.looking = new OneAtATime("looking for work on lists", this::look);
  }

  void start(@Observes @Priority(Node.STARTS + 100) StartupEvent event) {
    begin();
  }

  void stop(@Observes ShutdownEvent event) {
    end();
  }

  void begin() {
    notifications.listen(CHANNEL, this::gather);
    notifications.listen(OPENED, this::gather);
    notifications.listen(Publisher.CHANNEL, refreshing::ask);
    timer = vertx.setPeriodic(reconcile.toMillis(), tick -> looking.ask());
    refreshing.ask();
  }

  void end() {
    vertx.cancelTimer(timer);
  }

  /** Near their end, lists are signed anew; past it, retired. Half their life is slack enough. */
  @Scheduled(
      identity = "lists-renew",
      every = "15s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> renew() {
    return publisher.renew().replaceWithVoid();
  }

  private void gather() {
    if (gathering.compareAndSet(false, true)) {
      vertx.setTimer(GATHER.toMillis(), tick -> gathered());
    }
  }

  private void gathered() {
    gathering.set(false);
    publishing.ask();
  }

  private Uni<Void> publish() {
    return publisher.publish().invoke(this::afterwards).replaceWithVoid();
  }

  private void afterwards(Publisher.Result result) {
    switch (result) {
      case PUBLISHED -> {
        refreshing.ask();
        // One publication takes a bounded number of revocations: there may be more.
        publishing.ask();
      }
      case BUSY -> vertx.setTimer(AFTER_BUSY.toMillis(), tick -> publishing.ask());
      case NOTHING -> LOG.trace("nothing to publish");
      case NO_KEY -> LOG.debug("no key to sign lists with yet");
    }
  }

  private Uni<Void> look() {
    return Glance.of(database, publisher.kinds()).chain(this::actOn);
  }

  private Uni<Void> actOn(Glance glance) {
    if (glance.unpublished()) {
      publishing.ask();
    }
    if (lists.lacks(glance.seq())) {
      refreshing.ask();
    }
    return glance.unconfirmed() ? spread.confirm() : Uni.createFrom().voidItem();
  }
}
