package dev.mayfly.revocation.statuslist;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.Database;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Notifications;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Brings what was revoked onto the lists: one transaction a publication, one publisher at a time
 * among all nodes. The signed bytes are stored, so every node serves the same ones.
 */
@ApplicationScoped
class Publisher {

  private static final Logger LOG = Logger.getLogger(Publisher.class);

  /** Tells every node that there is something newer to serve. */
  static final String CHANNEL = "mayfly_lists";

  private final Database database;
  private final Vertx vertx;
  private final ListSigner signer;
  private final AuditLog audit;
  private final ListTimes times;

  @Inject
  Publisher(Database database, Vertx vertx, ListSigner signer, AuditLog audit, ListsConfig config) {
    this(database, vertx, signer, audit, ListTimes.of(config));
  }

  Publisher(Database database, Vertx vertx, ListSigner signer, AuditLog audit, ListTimes times) {
    this.database = database;
    this.vertx = vertx;
    this.signer = signer;
    this.audit = audit;
    this.times = times;
  }

  /** How a publication went. */
  enum Result {
    /** There was nothing to publish. */
    NOTHING,
    /** A publication was committed. */
    PUBLISHED,
    /** Somebody else is publishing: look again in a moment. */
    BUSY,
    /** The ring has no key that may sign, or this node does not know it yet. */
    NO_KEY
  }

  /** What one publication is to do. */
  private record Plan(
      List<Unlisted> unlisted, Map<Long, List<Integer[]>> entries, Set<Long> lists) {
    boolean isEmpty() {
      return unlisted.isEmpty() && lists.isEmpty();
    }
  }

  /** Lists what was revoked, and signs lists that were never signed. */
  Uni<Result> publish() {
    return unhurried(this::news);
  }

  /** Signs anew what runs out, and retires what has run out for good (rules 6 and 7). */
  Uni<Result> renew() {
    return unhurried(this::retireThenRenew);
  }

  /** Signs one list because somebody asks for it and it is unsigned or past its end. */
  Uni<Result> publishNow(ListId list) {
    Work work =
        (connection, turn, key) ->
            carryOut(connection, turn, key, new Plan(List.of(), Map.of(), Set.of(list.value())));
    return withKey(key -> database.inTransaction(c -> turn(c, key, true, work)));
  }

  /** Nobody waits for it, and there may be many lists to sign. */
  private Uni<Result> unhurried(Work work) {
    return withKey(key -> database.inTransaction(Database.LONGEST, c -> turn(c, key, false, work)));
  }

  private interface Work {
    Uni<Result> run(SqlConnection connection, ListRows.Turn turn, SigningKey key);
  }

  private Uni<Result> withKey(Function<SigningKey, Uni<Result>> publication) {
    return signer.key().map(publication).orElseGet(() -> same(Result.NO_KEY));
  }

  private static Uni<Result> turn(
      SqlConnection connection, SigningKey key, boolean patient, Work work) {
    return ListRows.take(connection, key.id(), patient)
        .chain(turn -> turn.isEmpty() ? same(Result.BUSY) : work.run(connection, turn.get(), key));
  }

  private Uni<Result> news(SqlConnection connection, ListRows.Turn turn, SigningKey key) {
    return ListRows.unlisted(connection)
        .chain(
            unlisted ->
                Affected.find(connection, unlisted)
                    .chain(
                        entries ->
                            besides(connection, unlisted)
                                .map(besides -> plan(unlisted, entries, besides))))
        .chain(plan -> carryOut(connection, turn, key, plan));
  }

  /** Lists to sign though nothing on them changes. */
  private static Uni<List<Long>> besides(SqlConnection connection, List<Unlisted> unlisted) {
    return ListRows.signedByRingOf(connection, Unlisted.keys(unlisted))
        .chain(
            resigned ->
                ListRows.unsigned(connection)
                    .map(unsigned -> Stream.concat(resigned.stream(), unsigned.stream()).toList()));
  }

  private Uni<Result> retireThenRenew(
      SqlConnection connection, ListRows.Turn turn, SigningKey key) {
    return ListRows.retire(connection, turn)
        .call(retired -> audit.append(connection, retired.stream().map(this::retirement).toList()))
        .chain(
            retired ->
                ListRows.runningOut(connection, turn.now(), times.resignBefore())
                    .map(due -> plan(List.of(), Map.of(), due))
                    .chain(plan -> carryOut(connection, turn, key, plan))
                    .chain(result -> retired.isEmpty() ? same(result) : tell(connection, turn)));
  }

  private static Plan plan(
      List<Unlisted> unlisted, Map<Long, List<Integer[]>> entries, List<Long> lists) {
    Set<Long> all = new HashSet<>(lists);
    all.addAll(entries.keySet());
    return new Plan(unlisted, entries, all);
  }

  private Uni<Result> carryOut(
      SqlConnection connection, ListRows.Turn turn, SigningKey key, Plan plan) {
    if (plan.isEmpty()) {
      return same(Result.NOTHING);
    }
    if (!turn.keyActive() || !key.notAfter().isAfter(turn.now())) {
      return same(Result.NO_KEY);
    }
    return ListRows.load(connection, plan.lists())
        .chain(loaded -> vertx.executeBlocking(() -> sign(turn, key, plan, loaded), false))
        .chain(fresh -> ListRows.store(connection, turn, fresh))
        .chain(stored -> ListRows.mark(connection, turn, plan.unlisted()))
        .chain(marked -> tell(connection, turn));
  }

  private Uni<Result> tell(SqlConnection connection, ListRows.Turn turn) {
    return ListRows.count(connection, turn)
        .chain(counted -> Notifications.tell(connection, CHANNEL))
        .replaceWith(Result.PUBLISHED);
  }

  private List<ListRows.Fresh> sign(
      ListRows.Turn turn, SigningKey key, Plan plan, List<ListRows.Loaded> loaded) {
    List<ListRows.Fresh> fresh = new ArrayList<>(loaded.size());
    for (ListRows.Loaded list : loaded) {
      StatusBits bits = list.bits();
      plan.entries().getOrDefault(list.id(), List.of()).stream()
          .flatMap(Arrays::stream)
          .filter(index -> holds(list, index))
          .forEach(bits::set);
      ListSigner.Signed signed = signer.sign(key, list.uri(), turn.now(), bits);
      fresh.add(
          new ListRows.Fresh(
              list.id(),
              bits,
              signed.jwt(),
              "\"" + Uuids.hash(signed.jwt()) + "\"",
              signed.expiresAt()));
    }
    return fresh;
  }

  /** One impossible row must not keep every other revocation from being published. */
  private static boolean holds(ListRows.Loaded list, int index) {
    boolean holds = index >= 0 && index < list.bits().size();
    if (!holds) {
      LOG.errorf("the ledger gave out index %d of list %d, which has none", index, list.id());
    }
    return holds;
  }

  private AuditEvent retirement(Long list) {
    return new AuditEvent(
        "list.retire",
        AuditEvent.Result.SUCCESS,
        "system:reaper",
        "its last credential has expired and its last issue has run out",
        "list:" + list,
        Optional.empty(),
        Optional.empty(),
        0,
        "",
        new JsonObject());
  }

  private static <T> Uni<T> same(T item) {
    return Uni.createFrom().item(item);
  }
}
