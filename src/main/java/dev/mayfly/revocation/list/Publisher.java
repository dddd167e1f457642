package dev.mayfly.revocation.list;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.ListKind;
import dev.mayfly.store.Database;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Notifications;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings what was revoked onto the lists: one transaction a publication, one publisher at a time
 * among all nodes. The signed bytes are stored, so every node serves the same ones.
 */
@ApplicationScoped
class Publisher {

  /** Tells every node that there is something newer to serve. */
  static final String CHANNEL = "mayfly_lists";

  private final Database database;
  private final Vertx vertx;
  private final Map<ListKind, ListFormat> formats;
  private final AuditLog audit;
  private final ListTimes times;

  @Inject
  Publisher(
      Database database,
      Vertx vertx,
      @All List<ListFormat> formats,
      AuditLog audit,
      ListsConfig config) {
    this(database, vertx, formats, audit, ListTimes.of(config));
  }

  Publisher(
      Database database, Vertx vertx, List<ListFormat> formats, AuditLog audit, ListTimes times) {
    this.database = database;
    this.vertx = vertx;
    this.formats =
        formats.stream().collect(Collectors.toMap(ListFormat::kind, Function.identity()));
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
  private record Plan(List<Unlisted> unlisted, Map<Long, List<Revoked>> entries, Set<Long> lists) {
    boolean isEmpty() {
      return unlisted.isEmpty() && lists.isEmpty();
    }
  }

  /** Which lists this node makes. */
  Set<ListKind> kinds() {
    return formats.keySet();
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
        (connection, turn) ->
            carryOut(connection, turn, new Plan(List.of(), Map.of(), Set.of(list.value())));
    return database.inTransaction(c -> turn(c, true, work));
  }

  /** Nobody waits for it, and there may be many lists to sign. */
  private Uni<Result> unhurried(Work work) {
    return database.inTransaction(Database.LONGEST, c -> turn(c, false, work));
  }

  private interface Work {
    Uni<Result> run(SqlConnection connection, Turn turn);
  }

  private static Uni<Result> turn(SqlConnection connection, boolean patient, Work work) {
    return ListRows.take(connection, patient)
        .chain(turn -> turn.isEmpty() ? same(Result.BUSY) : work.run(connection, turn.get()));
  }

  private Uni<Result> news(SqlConnection connection, Turn turn) {
    return ListRows.unlisted(connection)
        .chain(
            unlisted ->
                Affected.find(connection, unlisted)
                    .chain(
                        entries ->
                            besides(connection, unlisted)
                                .map(besides -> plan(unlisted, entries, besides))))
        .chain(plan -> carryOut(connection, turn, plan));
  }

  /** Lists to sign though nothing on them changes. */
  private Uni<List<Long>> besides(SqlConnection connection, List<Unlisted> unlisted) {
    return ListRows.touchedByKeys(connection, Unlisted.keys(unlisted))
        .chain(
            resigned ->
                ListRows.unsigned(connection, formats.keySet())
                    .map(unsigned -> Stream.concat(resigned.stream(), unsigned.stream()).toList()));
  }

  private Uni<Result> retireThenRenew(SqlConnection connection, Turn turn) {
    return ListRows.retire(connection, turn)
        .call(gone -> LastIssues.settle(connection))
        .call(gone -> audit.append(connection, gone.stream().map(this::retirement).toList()))
        .chain(
            gone ->
                due(connection, turn, gone)
                    .map(due -> plan(List.of(), Map.of(), due))
                    .chain(plan -> carryOut(connection, turn, plan))
                    .chain(result -> gone.isEmpty() ? same(result) : tell(connection, turn)));
  }

  /** What runs out, and what carried a list that has gone. */
  private Uni<List<Long>> due(SqlConnection connection, Turn turn, List<ListRows.Gone> gone) {
    Set<ListKind> carriers = carriers(gone.stream().map(ListRows.Gone::kind));
    return ListRows.runningOut(connection, formats.keySet(), turn.now(), times.resignBefore())
        .chain(
            due ->
                ListRows.ofKinds(connection, carriers)
                    .map(carrying -> Stream.concat(due.stream(), carrying.stream()).toList()));
  }

  private static Plan plan(
      List<Unlisted> unlisted, Map<Long, List<Revoked>> entries, List<Long> lists) {
    Set<Long> all = new HashSet<>(lists);
    all.addAll(entries.keySet());
    return new Plan(unlisted, entries, all);
  }

  /** First the lists, then those that carry them: they are made from what the first have become. */
  private Uni<Result> carryOut(SqlConnection connection, Turn turn, Plan plan) {
    if (plan.isEmpty()) {
      return same(Result.NOTHING);
    }
    return ListRows.load(connection, plan.lists())
        .chain(
            loaded -> {
              List<ListRows.Loaded> first =
                  loaded.stream().filter(list -> !carriers().contains(list.kind())).toList();
              Set<Long> later = new HashSet<>(plan.lists());
              first.forEach(list -> later.remove(list.id()));
              return make(connection, turn, plan, first)
                  .chain(
                      made ->
                          made
                              ? carry(connection, turn, plan, first, later)
                              : same(Set.<ListKind>of()));
            })
        .chain(
            kinds ->
                kinds.isEmpty() && !plan.lists().isEmpty()
                    ? same(Result.NO_KEY)
                    : ListRows.mark(connection, turn, plan.unlisted(), kinds)
                        .chain(marked -> tell(connection, turn)));
  }

  /** The kinds of all lists that were made. */
  private Uni<Set<ListKind>> carry(
      SqlConnection connection,
      Turn turn,
      Plan plan,
      List<ListRows.Loaded> first,
      Set<Long> asked) {
    Set<ListKind> kinds = kinds(first);
    return ListRows.ofKinds(connection, carriers(kinds.stream()))
        .map(carrying -> Stream.concat(carrying.stream(), asked.stream()).distinct().toList())
        .chain(carrying -> ListRows.load(connection, carrying))
        .chain(
            lists ->
                make(connection, turn, plan, lists)
                    .map(
                        made -> {
                          if (!made) { // what it carries is stored by now: back with all of it
                            throw new IllegalStateException(
                                "a list that carries others needs no key");
                          }
                          kinds.addAll(kinds(lists));
                          return kinds;
                        }));
  }

  private static Set<ListKind> kinds(List<ListRows.Loaded> lists) {
    Set<ListKind> kinds = EnumSet.noneOf(ListKind.class);
    lists.forEach(list -> kinds.add(list.kind()));
    return kinds;
  }

  private Set<ListKind> carriers() {
    return carriers(formats.keySet().stream());
  }

  private Set<ListKind> carriers(Stream<ListKind> kinds) {
    return kinds
        .flatMap(kind -> Optional.ofNullable(formats.get(kind)).stream())
        .flatMap(format -> format.carriedBy().stream())
        .collect(Collectors.toSet());
  }

  private Uni<Result> tell(SqlConnection connection, Turn turn) {
    return ListRows.count(connection, turn)
        .chain(counted -> Notifications.tell(connection, CHANNEL))
        .replaceWith(Result.PUBLISHED);
  }

  /** Makes these lists anew; false when no key may sign one of them, and nothing is stored then. */
  private Uni<Boolean> make(
      SqlConnection connection, Turn turn, Plan plan, List<ListRows.Loaded> lists) {
    return Multi.createFrom()
        .iterable(lists)
        .onItem()
        .transformToUniAndConcatenate(
            list -> format(list).source(connection, turn).map(source -> new Draft(list, source)))
        .collect()
        .asList()
        .chain(drafts -> vertx.executeBlocking(() -> sign(turn, plan, drafts), false))
        .chain(
            fresh ->
                fresh.size() == lists.size()
                    ? ListRows.store(connection, turn, fresh).replaceWith(true)
                    : same(false));
  }

  /** A list before it is made, with what it is made of where that is not its own. */
  private record Draft(ListRows.Loaded list, Optional<byte[]> source) {}

  private List<ListRows.Fresh> sign(Turn turn, Plan plan, List<Draft> drafts) {
    List<ListRows.Fresh> fresh = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      ListRows.Loaded list = draft.list();
      ListFormat format = format(list);
      List<Revoked> revoked = plan.entries().getOrDefault(list.id(), List.of());
      byte[] content =
          revoked.isEmpty()
              ? list.content()
              : format.add(list.content(), list.size(), revoked, turn);
      byte[] source = draft.source().orElse(content);
      format
          .sign(new ListFormat.Unsigned(list.id(), list.key(), list.uri(), source), turn)
          .ifPresent(
              signed ->
                  fresh.add(
                      new ListRows.Fresh(
                          list.id(), content, signed.document(), signed.expiresAt())));
    }
    return fresh;
  }

  private ListFormat format(ListRows.Loaded list) {
    return Optional.ofNullable(formats.get(list.kind()))
        .orElseThrow(() -> new IllegalStateException("nobody here makes lists of " + list.kind()));
  }

  private AuditEvent retirement(ListRows.Gone list) {
    return new AuditEvent(
        "list.retire",
        AuditEvent.Result.SUCCESS,
        "system:reaper",
        "its last credential has expired and its last issue has run out",
        "list:" + list.id(),
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
