package dev.mayfly.revocation.files;

import dev.mayfly.MayflyConfig;
import dev.mayfly.key.KeyConfig;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.store.Node;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Keeps the folder of {@code mayfly.lists.files} in step with what this node serves. It stands
 * beside publishing and serving: a disk that is full, away or hangs keeps nothing else from going
 * on, and is seen by the folder's age.
 */
@ApplicationScoped
public class ListFiles {

  private static final Logger LOG = Logger.getLogger(ListFiles.class);

  /** Well below the second in which a revocation is to be served. */
  private static final Duration EVERY = Duration.ofMillis(250);

  /** How long a folder may be behind before health tells of it: other nodes may be writing. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final Supplier<List<Exhibit>> exhibits;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Optional<Ground> ground;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile Instant inStep = Instant.MIN;
  private volatile Optional<String> complaint = Optional.empty();
  private volatile long timer = -1;

  @Inject
  ListFiles(
      Vertx vertx,
      Exhibits exhibits,
      InstantSource clock,
      MeterRegistry meters,
      ListsConfig lists,
      KeyConfig keys,
      MayflyConfig mayfly) {
    this(
        vertx,
        exhibits::all,
        clock,
        meters,
        lists.files().map(path -> new Ground(path, mayfly.issuer(), secrets(keys, mayfly))));
  }

  ListFiles(
      Vertx vertx,
      Supplier<List<Exhibit>> exhibits,
      InstantSource clock,
      MeterRegistry meters,
      Optional<Ground> ground) {
    this.vertx = vertx;
    this.exhibits = exhibits;
    this.clock = clock;
    this.meters = meters;
    this.ground = ground;
  }

  private static List<Path> secrets(KeyConfig keys, MayflyConfig mayfly) {
    List<Path> secrets = new ArrayList<>(List.of(mayfly.data()));
    keys.kekFile().ifPresent(secrets::add);
    keys.previousKekFiles().ifPresent(secrets::addAll);
    return secrets;
  }

  /** After lists and keys: there is something to show. */
  void start(@Observes @Priority(Node.STARTS + 200) StartupEvent event) {
    ground.ifPresent(Ground::check);
    ground.ifPresent(this::begin);
  }

  void stop(@Observes ShutdownEvent event) {
    end();
  }

  void end() {
    vertx.cancelTimer(timer);
  }

  void begin(Ground place) {
    Folder folder = new Folder(place.root(), Replacing.atomic());
    Counter failures =
        Counter.builder("mayfly.lists.files.failures")
            .description("how often the folder could not be brought in step")
            .register(meters);
    inStep = clock.instant();
    meters.gauge("mayfly.lists.files.age", this, files -> files.age().toMillis() / 1e3);
    timer = vertx.setPeriodic(EVERY.toMillis(), tick -> round(place, folder, failures));
  }

  /** One at a time; one that a disk holds up is waited for, and shows by its age. */
  private void round(Ground place, Folder folder, Counter failures) {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    vertx
        .executeBlocking(() -> bring(place, folder), false)
        .onTermination()
        .invoke(() -> running.set(false))
        .subscribe()
        .with(
            this::went,
            failure -> {
              failures.increment();
              failed(failure);
            });
  }

  private boolean bring(Ground place, Folder folder) throws IOException {
    place.claim(Replacing.atomic());
    Failures failures = new Failures();
    List<Folder.Result> results = new ArrayList<>();
    for (Exhibit exhibit : exhibits.get()) {
      failures.during(() -> results.add(folder.bring(exhibit)));
    }
    failures.end();
    return results.stream().allMatch(Folder.Result.IN_STEP::equals);
  }

  private void went(boolean all) {
    if (all) {
      inStep = clock.instant();
      complaint.ifPresent(before -> LOG.info("the lists' folder is in step again"));
      complaint = Optional.empty();
    }
  }

  /** Once, not at each round. */
  private void failed(Throwable failure) {
    String now = failure.toString();
    if (!complaint.equals(Optional.of(now))) {
      LOG.warnf("the lists' folder is not in step, and will be tried again: %s", now);
      complaint = Optional.of(now);
    }
  }

  private Duration age() {
    return Duration.between(inStep, clock.instant());
  }

  /** How the folder stands, in words for who looks; empty where there is none. */
  public Optional<String> standing() {
    return ground.map(
        place ->
            complaint
                .or(() -> Optional.of("behind").filter(late -> age().compareTo(PATIENCE) > 0))
                .orElse("in step"));
  }
}
