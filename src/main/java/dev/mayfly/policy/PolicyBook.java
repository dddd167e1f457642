package dev.mayfly.policy;

import dev.mayfly.MayflyConfig;
import dev.mayfly.StartRefused;
import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import dev.mayfly.store.Notifications;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The version of the policy that this node decides by: taken from its file or from the database,
 * whichever revision is higher, at start and ever after (docs/decisions/0002).
 *
 * <p>What is active in the database was judged when it was activated. So it is loaded even when a
 * date in it has passed since: a date stops an identity, never the broker.
 */
@ApplicationScoped
public class PolicyBook {

  private static final Logger LOG = Logger.getLogger(PolicyBook.class);

  /** After the node is known to the others, before whatever reads the policy at start. */
  public static final int STARTS = Node.STARTS + 10;

  private static final Duration START_PATIENCE = Duration.ofSeconds(30);

  private static final String ACTIVE_VERSION = "SELECT version FROM policy_active";

  private static final String ACTIVE_DOCUMENT =
      """
      SELECT v.document FROM policy_active a JOIN policy_versions v ON v.version = a.version
      """;

  private final Database database;
  private final Activation activation;
  private final LocalPolicy local;
  private final Node node;
  private final String issuer;
  private final AtomicReference<@Nullable CompiledPolicy> current = new AtomicReference<>();

  public PolicyBook(
      Database database, Activation activation, LocalPolicy local, Node node, MayflyConfig mayfly) {
    this.database = database;
    this.activation = activation;
    this.local = local;
    this.node = node;
    this.issuer = mayfly.issuer();
  }

  /** The version to decide by; the ledger accepts it only while it is the active one. */
  public CompiledPolicy current() {
    CompiledPolicy policy = current.get();
    if (policy == null) {
      throw new IllegalStateException("no policy is loaded yet");
    }
    return policy;
  }

  /** Whether a version is loaded. */
  public boolean isLoaded() {
    return current.get() != null;
  }

  /** The broker does not start without a policy; what is wrong is said by the exception. */
  void start(@Observes @Priority(STARTS) StartupEvent event, Notifications notifications) {
    load();
    notifications.listen(
        Activation.CHANNEL,
        () -> refresh().subscribe().with(done -> {}, failure -> LOG.debug("no news", failure)));
  }

  /** Takes the file's version and the database's, whichever is higher. Blocks. */
  void load() {
    database
        .run(ACTIVE_DOCUMENT)
        .map(PolicyBook::text)
        .await()
        .atMost(START_PATIENCE)
        .ifPresentOrElse(active -> start(local.first(active)), () -> start(local.first()));
    if (!isLoaded()) {
      throw new StartRefused(
          "no policy is active: set mayfly.policy.file to the first one (docs/policy.md)");
    }
  }

  private void start(Optional<LocalPolicy.Revision> file) {
    file.map(revision -> activate(revision, true))
        .orElse(Uni.createFrom().voidItem())
        .chain(done -> follow())
        .await()
        .atMost(START_PATIENCE);
  }

  /** Looks whether another version is active or the file has a higher one, and takes it. */
  @Scheduled(
      identity = "policy",
      every = "${mayfly.policy.refresh:2s}",
      delayed = "${mayfly.policy.refresh:2s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  public Uni<Void> refresh() {
    if (!isLoaded()) {
      return Uni.createFrom().voidItem(); // the start decides first, and may refuse
    }
    return local
        .next(current().version())
        .chain(
            revision ->
                revision.map(found -> activate(found, false)).orElse(Uni.createFrom().voidItem()))
        .chain(done -> follow());
  }

  private Uni<Void> activate(LocalPolicy.Revision revision, boolean starting) {
    CompiledPolicy next = CompiledPolicy.of(revision.policy(), issuer);
    return activation
        .activate(next, revision.text(), node.name())
        .invoke(result -> report(result, next.version(), starting))
        .replaceWithVoid();
  }

  private static void report(Activation.Result result, long version, boolean starting) {
    switch (result) {
      case ACTIVATED -> LOG.infof("policy revision %d is active", version);
      case SAME -> LOG.debugf("policy revision %d was active already", version);
      case OLDER ->
          LOG.infof(
              "the policy file has revision %d; the active one is higher and counts", version);
      case CONFLICT -> {
        String message =
            "the policy file says revision %d, but that revision is active with other content: raise the revision"
                .formatted(version);
        if (starting) {
          throw new StartRefused(message);
        }
        LOG.error(message);
      }
    }
  }

  private Uni<Void> follow() {
    return database
        .run(ACTIVE_VERSION)
        .map(rows -> rows.size() == 0 ? 0 : rows.iterator().next().getLong("version"))
        .chain(
            version ->
                version == 0 || (isLoaded() && current().version() >= version)
                    ? Uni.createFrom().voidItem()
                    : loadActive());
  }

  private Uni<Void> loadActive() {
    return database
        .run(ACTIVE_DOCUMENT)
        .emitOn(Infrastructure.getDefaultWorkerPool()) // compiling takes its time
        .invoke(rows -> text(rows).ifPresent(this::take))
        .chain(rows -> node.acknowledgePolicy(current().version()));
  }

  private void take(PolicyText document) {
    PolicyParser.Parsed parsed = PolicyParser.parse(document.text());
    Policy policy =
        parsed
            .policy()
            .orElseThrow(
                () ->
                    new StartRefused(
                        "this build cannot read the active policy: " + parsed.findings()));
    local.refuseDevelopmentMaterial(policy);
    CompiledPolicy next = CompiledPolicy.of(policy, issuer);
    current.accumulateAndGet(
        next, (old, fresh) -> old != null && old.version() > next.version() ? old : fresh);
    LOG.infof("policy revision %d decides", next.version());
  }

  private static Optional<PolicyText> text(RowSet<Row> rows) {
    return rows.size() == 0
        ? Optional.empty()
        : Optional.of(new PolicyText(rows.iterator().next().getString("document")));
  }
}
