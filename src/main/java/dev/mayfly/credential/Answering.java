package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import dev.mayfly.store.Uuids;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which requests of this node have no answer yet, and leaves one row that tells the others up
 * to when all have one (docs/decisions/0011). So what a node had recorded and not handed out when
 * it died can be listed, and no credential costs a row for it.
 */
@ApplicationScoped
public class Answering {

  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  /**
   * A caller has gone and its request goes on: longer than any mint may take with all its tries.
   */
  private static final Duration FORSAKEN = Duration.ofMinutes(2);

  /**
   * How long after it was last heard of here a node may still record: one that can reach the
   * database for a mint can for this, within a statement's limit.
   */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  /** How many lost answers one statement takes: with more there is more to worry about. */
  private static final int AT_ONCE = 1000;

  private static final String TELL =
      """
      WITH lost AS (
        INSERT INTO unanswered (credential_id, at) SELECT unnest($5::uuid[]), mayfly_now()
          ON CONFLICT DO NOTHING)
      INSERT INTO answering (node_id, name, open_from, open_to, told_at) VALUES ($1, $2, $3, $4, mayfly_now())
      ON CONFLICT (node_id) DO UPDATE
        SET open_from = excluded.open_from, open_to = excluded.open_to, told_at = excluded.told_at
      """;

  private static final String LEAVE = "DELETE FROM answering WHERE node_id = $1";

  /** No list ends later than the eighth day: by then all of it has expired. */
  private static final String FORGET =
      """
      WITH gone AS (DELETE FROM answering WHERE told_at < mayfly_now() - interval '9 days')
      DELETE FROM unanswered WHERE at < mayfly_now() - interval '9 days'
      """;

  private final Database database;
  private final Node node;
  private final InstantSource clock;
  private final Set<Open> open = ConcurrentHashMap.newKeySet();
  private final Set<CredentialId> lost = ConcurrentHashMap.newKeySet();

  public Answering(Database database, Node node, InstantSource clock) {
    this.database = database;
    this.node = node;
    this.clock = clock;
  }

  /** One request that may mint, from before it is read until its answer is with the socket. */
  public final class Open {
    private final Instant since;
    private Optional<CredentialId> held = Optional.empty();
    private boolean callerGone;

    private Open(Instant since) {
      this.since = since;
    }

    /** This credential is what the answer holds. */
    public synchronized void holds(CredentialId id) {
      held = Optional.of(id);
      if (callerGone) {
        lose(id);
      }
    }

    /** The answer, whatever it says, has been handed to the socket. */
    public void sent() {
      open.remove(this);
    }

    /** The caller has gone before; what goes on may still mint. */
    public synchronized void callerHasGone() {
      callerGone = true;
      held.ifPresent(this::lose);
    }

    private void lose(CredentialId id) {
      lost.add(id); // first: at every moment one of the two knows of it
      open.remove(this);
    }

    private synchronized boolean isForsaken(Instant now) {
      return callerGone && since.plus(FORSAKEN).isBefore(now);
    }
  }

  /** This credential was recorded, and its caller is told that there is none. */
  void neverAnswered(CredentialId id) {
    lost.add(id);
  }

  /** Before anything of a request is looked at. */
  public Open begin() {
    Open request = new Open(clock.instant());
    open.add(request);
    return request;
  }

  /** Before the first mint. */
  void start(@Observes @Priority(Node.STARTS + 5) StartupEvent event) {
    tell().await().atMost(START_LIMIT);
  }

  /** A node that leaves with nothing open leaves nothing behind. */
  void stop(@Observes ShutdownEvent event) {
    tell()
        .chain(() -> open.isEmpty() ? leave() : Uni.createFrom().voidItem())
        .ifNoItem()
        .after(STOP_LIMIT)
        .fail()
        .onFailure()
        .recoverWithNull()
        .await()
        .indefinitely();
  }

  @Scheduled(
      identity = "answering",
      every = "${mayfly.node.heartbeat:2s}",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> tell() {
    Instant now = clock.instant();
    open.removeIf(request -> request.isForsaken(now));
    // First up to when all are answered, then what is lost: what moves meanwhile is in the first.
    Instant from = open.stream().map(request -> request.since).min(Instant::compareTo).orElse(now);
    CredentialId[] losses = lost.stream().limit(AT_ONCE).toArray(CredentialId[]::new);
    UUID[] ids = new UUID[losses.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = losses[i].value();
    }
    return database
        .run(
            TELL,
            Tuple.tuple()
                .addUUID(node.id().value())
                .addString(node.name())
                .addUUID(Uuids.first(from))
                .addUUID(Uuids.first(now.plus(SILENCE)))
                .addArrayOfUUID(ids))
        .invoke(told -> Set.of(losses).forEach(lost::remove))
        .replaceWithVoid();
  }

  private Uni<Void> leave() {
    return database.run(LEAVE, Tuple.of(node.id().value())).replaceWithVoid();
  }

  @Scheduled(
      identity = "answering-forget",
      every = "1h",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> forget() {
    return database.run(FORGET).replaceWithVoid();
  }
}
