package dev.mayfly.store;

import dev.mayfly.MayflyConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * This node among the others: its id, the heartbeat that says it lives, and what it has
 * acknowledged. It is in the table before it serves anything, so that whoever waits for "every live
 * node" waits for it too.
 */
@ApplicationScoped
public class Node {

  /** Start observers of other rooms come after this: they may acknowledge what they load. */
  public static final int STARTS = 100;

  private static final Logger LOG = Logger.getLogger(Node.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  /** A heartbeat may come late twice without the node being taken for dead. */
  private static final int HEARTBEATS_TO_DEATH = 3;

  /** One statement for all: a row that was forgotten while the node slept comes back whole. */
  private static final String BEAT =
      """
      INSERT INTO nodes AS n (id, name, started_at, seen_at, rings_version, lists_seq, policy_version)
      VALUES ($1, $2, mayfly_now(), mayfly_now(), $3, $4, $5)
      ON CONFLICT (id) DO UPDATE SET
        seen_at = mayfly_now(),
        rings_version = greatest(n.rings_version, excluded.rings_version),
        lists_seq = greatest(n.lists_seq, excluded.lists_seq),
        policy_version = greatest(n.policy_version, excluded.policy_version)
      """;

  /** A node that has loaded no rings has served no keys: it leaves no trace in nodes_gone. */
  private static final String LEAVE =
      """
      WITH gone AS (DELETE FROM nodes WHERE id = $1 RETURNING rings_version)
      UPDATE nodes_gone SET last_seen_at = mayfly_now()
       WHERE EXISTS (SELECT FROM gone WHERE rings_version > 0)
      """;

  private static final String FORGET_DEAD =
      """
      WITH gone AS (
        DELETE FROM nodes WHERE seen_at < mayfly_now() - interval '1 hour' AND id <> $1
        RETURNING seen_at, rings_version)
      UPDATE nodes_gone
         SET last_seen_at = greatest(last_seen_at, (SELECT max(seen_at) FROM gone WHERE rings_version > 0))
       WHERE EXISTS (SELECT FROM gone WHERE rings_version > 0)
      """;

  private final Database database;
  private final String name;
  private final NodeId id;
  private final AtomicLong rings = new AtomicLong();
  private final AtomicLong lists = new AtomicLong();
  private final AtomicLong policy = new AtomicLong();
  private final AtomicBoolean unheard = new AtomicBoolean();

  @Inject
  Node(Database database, InstantSource clock, NodeConfig config, MayflyConfig mayfly) {
    this(database, clock, config, mayfly.node().name().orElseGet(Node::hostName));
  }

  /** For tests that run several nodes in one process. */
  public Node(Database database, InstantSource clock, NodeConfig config, String name) {
    if (config.deadAfter().compareTo(config.heartbeat().multipliedBy(HEARTBEATS_TO_DEATH)) < 0) {
      throw new IllegalArgumentException(
          "mayfly.node.dead-after must be at least "
              + HEARTBEATS_TO_DEATH
              + " times mayfly.node.heartbeat, or a slow node is taken for a dead one");
    }
    this.database = database;
    this.name = name;
    this.id = new NodeId(Uuids.next(clock));
  }

  /** Made anew at each start: a node that comes back is another one. */
  public NodeId id() {
    return id;
  }

  /** For logs and the info page. */
  public String name() {
    return name;
  }

  void start(@Observes @Priority(STARTS) StartupEvent event) {
    register().await().atMost(START_LIMIT);
  }

  void stop(@Observes ShutdownEvent event) {
    leave()
        .ifNoItem()
        .after(STOP_LIMIT)
        .fail()
        .onFailure()
        .invoke(this::notHeard)
        .onFailure()
        .recoverWithNull()
        .await()
        .indefinitely();
  }

  /** Enters this node in the table. */
  public Uni<Void> register() {
    return beat();
  }

  /** Takes this node out of the table: nobody waits for it from now on. */
  public Uni<Void> leave() {
    return database.run(LEAVE, Tuple.of(id.value())).replaceWithVoid();
  }

  /** Says that this node has loaded this version of the key rings. */
  public Uni<Void> acknowledgeRings(long version) {
    return acknowledge(rings, version);
  }

  /** Says that this node serves this publication of the lists. */
  public Uni<Void> acknowledgeLists(long seq) {
    return acknowledge(lists, seq);
  }

  /** Says that this node decides by this version of the policy. */
  public Uni<Void> acknowledgePolicy(long version) {
    return acknowledge(policy, version);
  }

  @Scheduled(
      identity = "node-heartbeat",
      every = "${mayfly.node.heartbeat:2s}",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> heartbeat() {
    return beat().invoke(this::heard).onFailure().invoke(this::notHeard);
  }

  @Scheduled(
      identity = "node-forget-dead",
      every = "1m",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> forgetDead() {
    return database
        .run(FORGET_DEAD, Tuple.of(id.value()))
        .replaceWithVoid()
        .onFailure()
        .invoke(this::notHeard);
  }

  private Uni<Void> acknowledge(AtomicLong what, long version) {
    long before = what.getAndAccumulate(version, Math::max);
    return before >= version ? Uni.createFrom().voidItem() : beat();
  }

  private Uni<Void> beat() {
    return database
        .run(BEAT, Tuple.of(id.value(), name, rings.get(), lists.get(), policy.get()))
        .replaceWithVoid();
  }

  private void heard() {
    if (unheard.getAndSet(false)) {
      LOG.info("the database answers again");
    }
  }

  /** Once for each absence, not for each heartbeat: readiness shows the rest. */
  private void notHeard(Throwable failure) {
    if (!unheard.getAndSet(true)) {
      LOG.warnf("the database does not answer: %s", failure.getMessage());
    }
  }

  private static String hostName() {
    String fromEnvironment = System.getenv("HOSTNAME");
    return fromEnvironment == null ? "mayfly" : fromEnvironment;
  }
}
