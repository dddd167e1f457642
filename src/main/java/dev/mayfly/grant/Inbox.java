package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.Approval;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.ApprovalRule;
import dev.mayfly.policy.Approver;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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

  /** Requests whose decision this person may take part in now, oldest first. */
  public Uni<List<Item>> toDecide(Person person, CompiledPolicy policy) {
    ElevationTables.Decider decider = decider(person, policy);
    return database.inTransaction(
        tx -> more(tx, decider, ElevationTables.NO_GRANT, List.of(), person, policy));
  }

  /** Looks on while those found are few: what waits for others first must not hide them. */
  private static Uni<List<Item>> more(
      SqlConnection tx,
      ElevationTables.Decider decider,
      GrantId after,
      List<Item> found,
      Person person,
      CompiledPolicy policy) {
    return ElevationTables.waiting(tx, decider, after, LONGEST)
        .chain(
            page ->
                helpful(tx, page, person, policy)
                    .chain(
                        items -> {
                          List<Item> all =
                              Stream.concat(found.stream(), items.stream()).limit(LONGEST).toList();
                          return page.size() < LONGEST || all.size() == LONGEST
                              ? Uni.createFrom().item(all)
                              : more(tx, decider, page.getLast().grant().id(), all, person, policy);
                        }));
  }

  private static ElevationTables.Decider decider(Person person, CompiledPolicy policy) {
    Set<String> groups = person.groups();
    Approver self = Approver.of(person.subject());
    return new ElevationTables.Decider(
        roles(policy, one -> isNamed(one, groups)),
        roles(
            policy,
            one ->
                !isNamed(one, groups)
                    && one.leaves().anyMatch(ApprovalRule.Manager.class::isInstance)),
        policy.policy().logins().values().stream()
            .filter(login -> login.managerClaim().isPresent())
            .collect(Collectors.toMap(Login::id, login -> login.managerClaim().orElseThrow())),
        Stream.concat(self.email().stream(), self.preferredName().stream())
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }

  /** Break-glass that this person reviews, the one due first in front. */
  public Uni<List<Due>> toReview(Person person, CompiledPolicy policy) {
    Set<String> groups = person.groups();
    Set<String> roles = roles(policy, request -> reviews(request.rules(), groups));
    return database.inTransaction(
        tx ->
            ElevationTables.toReview(tx, roles, LONGEST)
                .map(
                    all ->
                        all.stream()
                            .filter(one -> !one.grant().identity().equals(person.id()))
                            .map(one -> new Due(one.grant(), one.holder()))
                            .toList()));
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
            && policy
                .role(grant.role())
                .flatMap(role -> role.request().map(rules -> new Requestable(role, rules)))
                .filter(
                    one ->
                        groups.contains(one.role().owner())
                            || isNamed(one, groups)
                            || reviews(one.rules(), groups))
                .isPresent();
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
        .chain(found -> helpful(tx, found.stream().toList(), person, policy))
        .map(items -> !items.isEmpty());
  }

  private static boolean reviews(RequestRules rules, Set<String> groups) {
    return rules
        .breakGlass()
        .filter(glass -> glass.reviewers().stream().anyMatch(groups::contains))
        .isPresent();
  }

  private record Requestable(Role role, RequestRules rules) {
    Stream<ApprovalRule.Leaf> leaves() {
      return rules.stages().stream()
          .flatMap(
              stage ->
                  Stream.concat(
                      stage.rule().leaves(),
                      stage.escalation().stream().flatMap(later -> later.rule().leaves())));
    }
  }

  private static Set<String> roles(CompiledPolicy policy, Predicate<Requestable> wanted) {
    return policy.policy().roles().values().stream()
        .flatMap(role -> role.request().map(rules -> new Requestable(role, rules)).stream())
        .filter(wanted)
        .map(one -> one.role().id())
        .collect(Collectors.toSet());
  }

  /** Whose manager somebody is depends on who asks: that is not looked at here. */
  private static boolean isNamed(Requestable one, Set<String> groups) {
    return one.leaves()
        .anyMatch(
            leaf ->
                switch (leaf) {
                  case ApprovalRule.Group(String group, int count) -> groups.contains(group);
                  case ApprovalRule.Owner() -> groups.contains(one.role().owner());
                  case ApprovalRule.Manager() -> false;
                });
  }

  private static Uni<List<Item>> helpful(
      SqlConnection tx,
      List<ElevationTables.Locked> waiting,
      Person person,
      CompiledPolicy policy) {
    if (waiting.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    List<GrantId> ids = waiting.stream().map(one -> one.grant().id()).toList();
    return ApprovalTables.approvals(tx, ids)
        .chain(
            words ->
                People.latest(tx, everybody(waiting, words), policy, waiting.getFirst().now())
                    .map(people -> judge(waiting, words, people, person, policy)));
  }

  private static List<IdentityId> everybody(
      List<ElevationTables.Locked> waiting, List<ApprovalTables.Word> words) {
    return Stream.concat(
            waiting.stream().map(one -> one.grant().principal()),
            words.stream().map(ApprovalTables.Word::approver))
        .toList();
  }

  private static List<Item> judge(
      List<ElevationTables.Locked> waiting,
      List<ApprovalTables.Word> words,
      Map<IdentityId, Person> people,
      Person person,
      CompiledPolicy policy) {
    Map<GrantId, List<ApprovalTables.Word>> byGrant =
        words.stream().collect(Collectors.groupingBy(ApprovalTables.Word::grant));
    List<Item> items = new ArrayList<>();
    for (ElevationTables.Locked one : waiting) {
      List<Approval> approvals =
          new Judgement(policy, one.now())
              .present(byGrant.getOrDefault(one.grant().id(), List.of()), people);
      Optional.ofNullable(people.get(one.grant().principal()))
          .flatMap(holder -> item(one, holder, approvals, person, policy))
          .ifPresent(items::add);
    }
    return items;
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
    return judgement.objection(role, holder, one, approvals, person).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Item(one.grant(), one.holder(), judgement.progress(role, holder, one, approvals)));
  }
}
