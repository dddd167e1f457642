package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.Approval;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Role;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What waits for this person: requests that their word would help, break-glass they review. */
@ApplicationScoped
public class Inbox {

  private static final int LONGEST = 200;

  private final Database database;

  public Inbox(Database database) {
    this.database = database;
  }

  /**
   * A request that waits.
   *
   * @param progress by the present policy and the approvers' present groups
   */
  public record Item(Grant grant, String holder, ApprovalProgress progress) {}

  /** A break-glass whose review is open. */
  public record Due(Grant grant, String holder) {}

  /**
   * A page of the requests whose decision this person may take part in now, oldest first. What they
   * could not decide is looked at only until the page is full.
   */
  public Uni<Page<Item>> toDecide(Person person, CompiledPolicy policy, Page.Request page) {
    Look look = new Look(DecidedRoles.decider(person, policy), person, policy, page.rows());
    GrantId after = page.after().map(GrantId::of).orElse(ElevationTables.NO_GRANT);
    return database
        .inTransaction(tx -> more(tx, look, after, List.of(), look.rows()))
        .map(found -> Page.of(found, page, one -> one.grant().id().toString()));
  }

  /** Who looks, by which policy, for how many. */
  private record Look(
      ElevationTables.Decider decider, Person person, CompiledPolicy policy, int wanted) {
    /** Finding them costs more than reading some that are not wanted: once is mostly enough. */
    int rows() {
      return Math.max(wanted, Math.min(2 * wanted, LONGEST));
    }
  }

  /** Looks on while those found are few: what waits for others first must not hide them. */
  private static Uni<List<Item>> more(
      SqlConnection tx, Look look, GrantId after, List<Item> found, int rows) {
    return ElevationTables.waiting(tx, look.decider(), after, rows)
        .chain(
            waiting ->
                helpful(tx, waiting, look.person(), look.policy(), look.wanted() - found.size())
                    .chain(
                        items -> {
                          List<Item> all = Stream.concat(found.stream(), items.stream()).toList();
                          return waiting.size() < rows || all.size() == look.wanted()
                              ? Uni.createFrom().item(all)
                              : more(tx, look, waiting.getLast().grant().id(), all, LONGEST);
                        }));
  }

  /** Break-glass that this person reviews, the one due first in front. */
  public Uni<List<Due>> toReview(Person person, CompiledPolicy policy) {
    Set<String> roles = DecidedRoles.reviewed(policy, person.groups());
    return database.inTransaction(
        tx ->
            ElevationTables.toReview(tx, roles, LONGEST)
                .chain(
                    all ->
                        others(tx, all, person, one -> Stream.of(one.grant().identity()))
                            .map(
                                theirs ->
                                    theirs.stream()
                                        .map(one -> new Due(one.grant(), one.holder()))
                                        .toList())));
  }

  /**
   * Whether a grant is this person's business: they asked for it, spoke about it, own its role, or
   * could be asked to decide or review it.
   */
  public Uni<Boolean> concerns(Grant grant, Person person, CompiledPolicy policy) {
    boolean theirs =
        grant.identity().equals(person.id())
            || grant.requested().filter(one -> one.by().equals(person.id())).isPresent();
    Set<String> groups = person.groups();
    boolean decides =
        grant.requested().isPresent()
            && policy.role(grant.role()).filter(role -> isAsked(role, groups, policy)).isPresent();
    return theirs || decides
        ? Uni.createFrom().item(true)
        : database
            .inTransaction(tx -> ApprovalTables.spoken(tx, grant.id(), person.id()))
            .chain(
                spoken ->
                    spoken.isPresent()
                        ? Uni.createFrom().item(true)
                        : database.inTransaction(tx -> decides(tx, grant, person, policy)));
  }

  private static Uni<Boolean> decides(
      SqlConnection tx, Grant grant, Person person, CompiledPolicy policy) {
    return ElevationTables.look(tx, grant.id())
        .map(found -> found.filter(one -> one.grant().state() == GrantState.REQUESTED))
        .chain(found -> helpful(tx, found.stream().toList(), person, policy, 1))
        .map(items -> !items.isEmpty());
  }

  private static boolean isAsked(Role role, Set<String> groups, CompiledPolicy policy) {
    return role.request()
        .filter(
            rules ->
                groups.contains(role.owner())
                    || policy.decidedBy(groups).containsKey(role.id())
                    || DecidedRoles.reviews(rules, groups))
        .isPresent();
  }

  /** Rule 9: what this person wants or took themselves, under whichever name, waits for others. */
  private static Uni<List<ElevationTables.Locked>> others(
      SqlConnection tx,
      List<ElevationTables.Locked> all,
      Person person,
      Function<ElevationTables.Locked, Stream<IdentityId>> whose) {
    return all.isEmpty()
        ? Uni.createFrom().item(all)
        : ApprovalTables.namesOf(tx, person.id())
            .map(
                names ->
                    all.stream()
                        .filter(one -> whose.apply(one).noneMatch(names::contains))
                        .toList());
  }

  private static Stream<IdentityId> wanting(ElevationTables.Locked one) {
    return Stream.concat(
        Stream.of(one.grant().principal()),
        one.grant().requested().map(Grant.Requested::by).stream());
  }

  private static Uni<List<Item>> helpful(
      SqlConnection tx,
      List<ElevationTables.Locked> waiting,
      Person person,
      CompiledPolicy policy,
      int wanted) {
    return others(tx, waiting, person, Inbox::wanting)
        .chain(theirs -> judged(tx, theirs, person, policy, wanted));
  }

  private static Uni<List<Item>> judged(
      SqlConnection tx,
      List<ElevationTables.Locked> waiting,
      Person person,
      CompiledPolicy policy,
      int wanted) {
    if (waiting.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    List<GrantId> ids = waiting.stream().map(one -> one.grant().id()).toList();
    return ApprovalTables.approvals(tx, ids)
        .chain(
            words ->
                People.latest(tx, everybody(waiting, words), policy, waiting.getFirst().now())
                    .map(
                        people ->
                            judge(waiting, words, people, person, policy).limit(wanted).toList()));
  }

  private static List<IdentityId> everybody(
      List<ElevationTables.Locked> waiting, List<ApprovalTables.Word> words) {
    return Stream.concat(
            waiting.stream().map(one -> one.grant().principal()),
            words.stream().map(ApprovalTables.Word::approver))
        .toList();
  }

  /** One by one as they are wanted: to judge a request costs more than to have found it. */
  private static Stream<Item> judge(
      List<ElevationTables.Locked> waiting,
      List<ApprovalTables.Word> words,
      Map<IdentityId, Person> people,
      Person person,
      CompiledPolicy policy) {
    Map<GrantId, List<ApprovalTables.Word>> byGrant =
        words.stream().collect(Collectors.groupingBy(ApprovalTables.Word::grant));
    return waiting.stream()
        .flatMap(
            one -> {
              List<Approval> approvals =
                  new Judgement(policy, one.now())
                      .present(byGrant.getOrDefault(one.grant().id(), List.of()), people);
              return Optional.ofNullable(people.get(one.grant().principal()))
                  .flatMap(holder -> item(one, holder, approvals, person, policy))
                  .stream();
            });
  }

  private static Optional<Item> item(
      ElevationTables.Locked one,
      Person holder,
      List<Approval> approvals,
      Person person,
      CompiledPolicy policy) {
    Judgement judgement = new Judgement(policy, one.now());
    if (!(judgement.stillAskedFor(holder, one) instanceof Outcome.Ok<Role>(Role role))) {
      return Optional.empty();
    }
    return judgement
        .open(role, holder, one, approvals, person)
        .map(progress -> new Item(one.grant(), one.holder(), progress));
  }
}
