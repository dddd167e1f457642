package dev.mayfly.revocation.list;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ListKind;
import dev.mayfly.store.AnybodysLookUps;
import dev.mayfly.store.Database;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Node;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The lists as this node serves them: the same bytes as every other node, from memory, so that they
 * go on being served while the database is away (rule 10), and never past their end (rule 7).
 */
@ApplicationScoped
public class PublishedLists {

  private final Database database;
  private final Vertx vertx;
  private final Publisher publisher;
  private final Spread spread;
  private final Node node;
  private final InstantSource clock;
  private final AnybodysLookUps anybody;
  private final Shelf shelf = new Shelf();
  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong told = new AtomicLong();
  private final Map<ListId, Uni<Outcome<ServedList>>> lookUps = new ConcurrentHashMap<>();

  PublishedLists(
      Database database,
      Vertx vertx,
      Publisher publisher,
      Spread spread,
      Node node,
      InstantSource clock,
      AnybodysLookUps anybody) {
    this.database = database;
    this.vertx = vertx;
    this.publisher = publisher;
    this.spread = spread;
    this.node = node;
    this.clock = clock;
    this.anybody = anybody;
  }

  /**
   * The list, or {@link Refusal.NotFound} for one that never was or is retired. Fails when it is
   * not in memory and the database is away.
   */
  public Uni<Outcome<ServedList>> get(ListId id) {
    return shelf
        .get(id, clock.instant())
        .map(list -> Uni.createFrom().item(Outcome.ok(list)))
        .orElseGet(() -> Uni.createFrom().deferred(() -> lookUp(id)));
  }

  /**
   * The list once it differs from what the caller has, or as it is when {@code atMost} has passed
   * ({@code Prefer: wait}, RFC 7240 4.3). Answers at once to a caller whose {@code etag} is not the
   * present one.
   */
  public Uni<Outcome<ServedList>> next(ListId id, String etag, Duration atMost) {
    return get(id)
        .chain(
            now ->
                now.thenUni(
                    list ->
                        list.etag().equals(etag)
                            ? shelf.changed(id, etag, atMost).chain(changed -> get(id))
                            : Uni.createFrom().item(now)));
  }

  /** The URIs of all status lists that are served, for the aggregation endpoint. */
  public List<String> aggregate() {
    return shelf.all(clock.instant()).stream()
        .filter(list -> list.kind() == ListKind.STATUS)
        .map(ServedList::uri)
        .toList();
  }

  /**
   * All lists that are served.
   *
   * @param publication everything up to this one is among them; something later may be
   */
  public record Shown(long publication, List<ServedList> lists) {}

  /** All lists, for who shows them elsewhere. */
  public Shown all() {
    long publication = seen.get(); // before the lists: what is up there is at least as new
    return new Shown(publication, shelf.all(clock.instant()));
  }

  /** The publication this node serves; for health and the info page. */
  public long served() {
    return seen.get();
  }

  /** Whether this publication is not served here yet, or is and the other nodes do not know. */
  boolean lacks(long publication) {
    return publication > told.get();
  }

  /**
   * Takes up what was published since, says so to the other nodes, and measures how long it took.
   */
  Uni<Void> refresh() {
    long since = seen.get();
    return ServedRows.newer(database, since)
        .chain(rows -> vertx.executeBlocking(() -> ServedRows.read(rows), false))
        .invoke(this::takeUp)
        .call(news -> acknowledge(seen.get()))
        .replaceWithVoid();
  }

  private void takeUp(ServedRows.News news) {
    news.fresh().forEach(shelf::put);
    news.retired().forEach(shelf::remove);
    seen.accumulateAndGet(news.newest(), Math::max);
  }

  /**
   * A failure in here leaves the rest for the next look: what is served by now would not be news
   * again. Once the node is told, its heartbeat tells the others.
   */
  private Uni<Void> acknowledge(long newest) {
    long before = told.get();
    if (newest <= before) {
      return Uni.createFrom().voidItem();
    }
    return spread
        .servedHere(before, newest)
        .invoke(() -> told.accumulateAndGet(newest, Math::max))
        .chain(measured -> node.acknowledgeLists(newest))
        .chain(acknowledged -> spread.confirm());
  }

  private Uni<Outcome<ServedList>> lookUp(ListId id) {
    Uni<Outcome<ServedList>> underWay = lookUps.get(id);
    if (underWay != null) {
      return underWay;
    }
    Uni<Outcome<ServedList>> fresh =
        anybody
            .run(AnybodysLookUps.Kind.LIST, () -> load(id), () -> Outcome.refused(busy()))
            .onTermination()
            .invoke(() -> lookUps.remove(id))
            .memoize()
            .indefinitely();
    Uni<Outcome<ServedList>> first = lookUps.putIfAbsent(id, fresh);
    return first == null ? fresh : first;
  }

  private Uni<Outcome<ServedList>> load(ListId id) {
    return ServedRows.one(database, id)
        .chain(
            found ->
                found instanceof ServedRows.Found.Unsigned
                    ? publisher.publishNow(id).chain(done -> ServedRows.one(database, id))
                    : Uni.createFrom().item(found))
        .map(found -> outcome(id, found));
  }

  private Outcome<ServedList> outcome(ListId id, ServedRows.Found found) {
    return switch (found) {
      case ServedRows.Found.Good(ServedList list) -> {
        shelf.put(list);
        yield shelf
            .get(id, clock.instant())
            .map(Outcome::ok)
            .orElseGet(() -> Outcome.refused(unsigned(id)));
      }
      case ServedRows.Found.Unsigned() -> Outcome.refused(unsigned(id));
      case ServedRows.Found.Retired() ->
          Outcome.refused(new Refusal.NotFound("list-retired", "list " + id + " is retired"));
      case ServedRows.Found.Unknown() ->
          Outcome.refused(new Refusal.NotFound("list-unknown", "no list " + id));
    };
  }

  private static Refusal unsigned(ListId id) {
    return new Refusal.Unavailable("list-unsigned", "list " + id + " cannot be signed now");
  }

  private static Refusal busy() {
    return new Refusal.Unavailable("lists-busy", "too many lists are being looked up");
  }
}
