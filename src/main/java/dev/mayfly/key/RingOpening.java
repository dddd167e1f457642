package dev.mayfly.key;

import dev.mayfly.key.KeyMoves.Why;
import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import dev.mayfly.store.Notifications;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What happens to the rings when a node starts, before it serves anything.
 *
 * <p>When no node has served keys for as long as the lead, nobody can hold a fresh copy of an
 * earlier JWKS, so a key that signs at once is in everybody's first fetch: the very first start
 * gets its keys this way, and an installation that was down past its keys' ends mints again at
 * once. If any node has served since, a ring without a usable key waits for prepare, publish and
 * lead like any other, and mints are refused meanwhile (rule 10).
 */
@ApplicationScoped
class RingOpening {

  private static final Logger LOG = Logger.getLogger(RingOpening.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  private static final String ADD_RING =
      "INSERT INTO key_rings (name, purpose, alg) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

  /** A node that has loaded no rings has not served any. */
  private static final String NOBODY_SERVED =
      """
      SELECT NOT EXISTS (SELECT FROM nodes
                          WHERE rings_version > 0 AND seen_at > mayfly_now() - make_interval(secs => $1))
         AND (SELECT last_seen_at FROM nodes_gone) <= mayfly_now() - make_interval(secs => $1)
      """;

  private final Database database;
  private final SigningKeys table;
  private final KeyMoves moves;
  private final Custody custody;
  private final KeyPlan plan;
  private final KeyRings rings;
  private final CryptoProvider crypto;
  private final Notifications hints;

  RingOpening(
      Database database,
      SigningKeys table,
      KeyMoves moves,
      Custody custody,
      KeyPlan plan,
      KeyRings rings,
      CryptoProvider crypto,
      Notifications hints) {
    this.database = database;
    this.table = table;
    this.moves = moves;
    this.custody = custody;
    this.plan = plan;
    this.rings = rings;
    this.crypto = crypto;
    this.hints = hints;
  }

  void start(@Observes @Priority(Node.STARTS + 10) StartupEvent event) {
    LOG.infof("signatures are computed by %s %s", crypto.name(), crypto.version());
    open().flatMap(done -> rings.loadWhole()).await().atMost(START_LIMIT);
    listen();
  }

  /** A change on another node is loaded at once; without the hint it takes mayfly.key.refresh. */
  void listen() {
    hints.listen(KeyMoves.CHANNEL, () -> rings.keepFresh().subscribe().with(done -> {}));
  }

  Uni<Void> open() {
    return addRings().flatMap(done -> nobodyServed()).flatMap(quiet -> quiet ? fill() : nothing());
  }

  private Uni<Void> addRings() {
    List<Tuple> rows =
        plan.rings().stream()
            .map(Ring::name)
            .map(name -> Tuple.of(name.toString(), name.purpose(), name.alg().joseName()))
            .toList();
    return database.inTransaction(
        connection -> connection.preparedQuery(ADD_RING).executeBatch(rows).replaceWithVoid());
  }

  private Uni<Boolean> nobodyServed() {
    return database.inTransaction(this::nobodyServed);
  }

  private Uni<Boolean> nobodyServed(SqlConnection connection) {
    return connection
        .preparedQuery(NOBODY_SERVED)
        .execute(Tuple.of(SigningKeys.seconds(plan.lead())))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /**
   * Keys are made before the locks are taken; what another node was quicker with is thrown away.
   */
  private Uni<Void> fill() {
    return each(plan.rings(), ring -> table.status(ring.name()).map(status -> lacks(ring, status)))
        .map(lacking -> lacking.stream().flatMap(Optional::stream).toList())
        .flatMap(lacking -> each(lacking, ring -> made(ring)))
        .map(
            made -> made.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
        .flatMap(made -> made.isEmpty() ? nothing() : fill(made));
  }

  private static Optional<Ring> lacks(Ring ring, RingStatus status) {
    return KeySchedule.isHandoverDue(ring, status) ? Optional.of(ring) : Optional.empty();
  }

  private Uni<Map.Entry<Ring, Custody.Made>> made(Ring ring) {
    return RingKeeper.make(custody, ring.name()).map(made -> Map.entry(ring, made));
  }

  /**
   * All rings under their locks at once, so that of two nodes that start together one makes keys.
   */
  private Uni<Void> fill(Map<Ring, Custody.Made> made) {
    return database.inTransaction(
        connection ->
            table
                .lockAll(connection)
                .flatMap(done -> nobodyServed(connection))
                .flatMap(
                    quiet ->
                        quiet
                            ? each(
                                    List.copyOf(made.entrySet()),
                                    entry -> fill(connection, entry.getKey(), entry.getValue()))
                                .replaceWithVoid()
                            : nothing()));
  }

  private Uni<Void> fill(SqlConnection connection, Ring ring, Custody.Made made) {
    return table
        .status(connection, ring.name())
        .flatMap(
            status ->
                lacks(ring, status).isPresent() ? fill(connection, ring, made, status) : nothing());
  }

  private Uni<Void> fill(
      SqlConnection connection, Ring ring, Custody.Made made, RingStatus status) {
    Why why = Why.schedule("no node has served keys for longer than the lead");
    Optional<KeyRecord> usable =
        status.prepared().filter(key -> KeySchedule.isFresh(ring, key, status.now()));
    if (usable.isPresent()) {
      return moves.activate(connection, usable.get().id(), ring.name(), status.active(), why);
    }
    Uni<Void> room =
        status.prepared().map(old -> moves.retire(connection, old, why)).orElseGet(this::nothing);
    return room.flatMap(done -> moves.prepare(connection, ring, custody, made, why))
        .flatMap(
            done ->
                moves.activate(
                    connection, made.publicKey().id(), ring.name(), status.active(), why));
  }

  private static <A, B> Uni<List<B>> each(
      List<A> items, java.util.function.Function<A, Uni<B>> step) {
    return Multi.createFrom()
        .iterable(items)
        .onItem()
        .transformToUniAndConcatenate(step::apply)
        .collect()
        .asList();
  }

  private Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }
}
