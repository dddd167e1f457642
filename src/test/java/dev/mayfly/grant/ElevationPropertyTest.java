package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.LIMIT;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Random interleavings of everything that people do with requests, sent together as from several
 * nodes to a real database whose clock the test moves, keep rules 4, 8 and 9 and let nobody hold
 * two roles of a toxic pair.
 */
class ElevationPropertyTest {

  private static final List<String> ROLES = List.of("database", "auditing", "deploy");

  /** Per cent: a property of lives in which nothing happens says nothing. */
  private static final double OFTEN = 25;

  private static @Nullable ElevationFixture fixture;
  private static int lives;

  @BeforeContainer
  static void open() {
    fixture = new ElevationFixture();
  }

  @AfterContainer
  static void close() {
    shop().close();
  }

  private static ElevationFixture shop() {
    return java.util.Objects.requireNonNull(fixture);
  }

  /** One thing that somebody does; the number names a grant among those of this life. */
  sealed interface Step {
    record Ask(int who, int role) implements Step {}

    record Ensure(int who, int role) implements Step {}

    record Approve(int who, int grant) implements Step {}

    record Deny(int who, int grant) implements Step {}

    record Activate(int who, int grant) implements Step {}

    record End(int who, int grant) implements Step {}

    record Extend(int who, int grant) implements Step {}

    record Regroup(int who, int groups) implements Step {}

    record Delegate(int who, int role) implements Step {}

    record LogOut(int who) implements Step {}

    record Reap() implements Step {}
  }

  /** What is sent together, and how long nothing happens afterwards. */
  record Moment(List<Step> together, int thenMinutes) {}

  @Provide
  Arbitrary<List<Moment>> lives() {
    // Weighted, so that lives get somewhere: one person who asks much, and their first grants.
    Arbitrary<Integer> who = Arbitraries.of(0, 0, 0, 1, 2, 3);
    Arbitrary<Integer> role = Arbitraries.of(0, 1, 1, 2);
    Arbitrary<Integer> grant = Arbitraries.of(0, 0, 0, 1, 2, 3);
    Arbitrary<Step> step =
        Arbitraries.frequencyOf(
            Tuple.of(4, Combinators.combine(who, role).as(Step.Ask::new)),
            Tuple.of(5, Combinators.combine(who, role).as(Step.Ensure::new)),
            Tuple.of(8, Combinators.combine(who, grant).as(Step.Approve::new)),
            Tuple.of(1, Combinators.combine(who, grant).as(Step.Deny::new)),
            Tuple.of(5, Combinators.combine(who, grant).as(Step.Activate::new)),
            Tuple.of(2, Combinators.combine(who, grant).as(Step.End::new)),
            Tuple.of(2, Combinators.combine(who, grant).as(Step.Extend::new)),
            Tuple.of(1, Combinators.combine(who, grant).as(Step.Regroup::new)),
            Tuple.of(4, Combinators.combine(who, role).as(Step.Delegate::new)),
            Tuple.of(1, who.map(Step.LogOut::new)),
            Tuple.of(1, Arbitraries.just(new Step.Reap())));
    return Combinators.combine(
            step.list().ofMinSize(1).ofMaxSize(4),
            Arbitraries.of(0, 0, 0, 0, 0, 1, 1, 10, 29, 30, 61))
        .as(Moment::new)
        .list()
        .ofMinSize(8)
        .ofMaxSize(16);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void everyLifeKeepsTheRules(@ForAll("lives") List<Moment> life, @ForAll boolean approvedFirst) {
    String suffix = "-" + lives++;
    shop().at(ElevationFixture.START);
    List<Person> people =
        new ArrayList<>(
            List.of(
                shop().person("ada" + suffix, "engineers"),
                shop().person("grace" + suffix, "engineers", "sre"),
                shop().person("joan" + suffix, "security"),
                shop().person("both" + suffix, "engineers", "sre", "security")));
    List<GrantId> grants = new ArrayList<>();
    if (approvedFirst) {
      Grant first = shop().requested(people.get(0), "database");
      ElevationFixture.value(shop().approve(first, people.get(1)));
      ElevationFixture.value(shop().approve(first, people.get(2)));
      grants.add(first.id());
    }
    for (Moment moment : life) {
      together(people, grants, moment.together());
      assertNobodyHoldsAToxicPair(people);
      assertNoAgentOutlivesItsPerson();
      shop().pass(Duration.ofMinutes(moment.thenMinutes()));
    }
    Statistics.label("agents at work").collect(delegated(people) > 0);
    Statistics.label("activated").collect(activated(people) > 0);
    Statistics.label("activated")
        .coverage(seen -> seen.check(true).percentage(share -> share > OFTEN));
    for (GrantId grant : grants) {
      assertOneEventForEachChange(grant);
      assertNobodyApprovedForThemselves(grant);
      assertEarlyEndsAreListed(grant);
      assertLifeHasAnEnd(grant);
    }
  }

  private static void together(List<Person> people, List<GrantId> grants, List<Step> steps) {
    List<Uni<Optional<Seen>>> sent = new ArrayList<>();
    for (Step step : steps) {
      sent.add(send(people, grants, step));
    }
    Uni.join().all(sent).andFailFast().await().atMost(LIMIT).stream()
        .flatMap(Optional::stream)
        .map(Seen::id)
        .filter(id -> !grants.contains(id))
        .forEach(grants::add);
  }

  private record Seen(GrantId id, GrantState state) {}

  private static Uni<Optional<Seen>> send(List<Person> people, List<GrantId> grants, Step step) {
    ElevationFixture shop = shop();
    return switch (step) {
      case Step.Ask(int who, int role) ->
          shop.elevations()
              .request(shop.asking(people.get(who)), List.of(wish(ROLES.get(role))))
              .map(filed -> filed.then(all -> Outcome.ok(all.getFirst())))
              .map(ElevationPropertyTest::seen);
      case Step.Ensure(int who, int role) ->
          shop.elevations()
              .ensure(shop.asking(people.get(who)), wish(ROLES.get(role)))
              .map(ElevationPropertyTest::seen);
      case Step.Approve(int who, int grant) ->
          on(
              grants,
              grant,
              id -> decided(shop.approvals().approve(id, shop.deciding(people.get(who)))));
      case Step.Deny(int who, int grant) ->
          on(
              grants,
              grant,
              id -> decided(shop.approvals().deny(id, shop.deciding(people.get(who)))));
      case Step.Activate(int who, int grant) ->
          on(
              grants,
              grant,
              id -> shop.activations().activate(id, people.get(who), shop.policy(), ""));
      case Step.End(int who, int grant) ->
          on(grants, grant, id -> shop.endings().end(id, people.get(who), "", shop.policy(), ""));
      case Step.Extend(int who, int grant) ->
          on(
              grants,
              grant,
              id ->
                  shop.extensions()
                      .extend(
                          shop.asking(people.get(who)), id, Duration.ofMinutes(30), "not done"));
      case Step.Regroup(int who, int groups) -> {
        Person changed =
            groups == 0
                ? shop.regroup(people.get(who))
                : shop.regroup(people.get(who), "engineers", "sre");
        people.set(who, changed);
        yield Uni.createFrom().item(Optional.empty());
      }
      case Step.Delegate(int who, int role) ->
          shop.delegations()
              .ensure(shop.asking(people.get(who)), shop.helper("chore"), wish(ROLES.get(role)))
              .map(ElevationPropertyTest::seen);
      case Step.LogOut(int who) ->
          shop.database()
              .inTransaction(
                  tx ->
                      shop.machine()
                          .move(
                              tx,
                              people.get(who).session(),
                              Move.RELEASE,
                              new Because("test", "logout", "")))
              .map(ended -> Optional.empty());
      case Step.Reap reap -> shop.reaper().reap().map(moved -> Optional.empty());
    };
  }

  private static Uni<Outcome<Grant>> decided(Uni<Outcome<Approvals.Decided>> word) {
    return word.map(said -> said.then(decided -> Outcome.ok(decided.grant())));
  }

  private static Uni<Optional<Seen>> on(
      List<GrantId> grants,
      int number,
      java.util.function.Function<GrantId, Uni<Outcome<Grant>>> act) {
    return number < grants.size()
        ? act.apply(grants.get(number)).map(ElevationPropertyTest::seen)
        : Uni.createFrom().item(Optional.empty());
  }

  private static Optional<Seen> seen(Outcome<Grant> outcome) {
    return outcome instanceof Outcome.Ok<Grant>(Grant grant)
        ? Optional.of(new Seen(grant.id(), grant.state()))
        : Optional.empty();
  }

  private static void assertNobodyHoldsAToxicPair(List<Person> people) {
    for (Person person : people) {
      TreeSet<String> active = new TreeSet<>();
      for (String role : ROLES) {
        if (shop()
                .test()
                .count(
                    """
                    SELECT count(*) FROM grants WHERE '%s' IN (identity_id, acts_for) AND role = '%s'
                      AND state = 'ACTIVE' AND expires_at > mayfly_now()
                    """
                        .formatted(person.id(), role))
            > 0) {
          active.add(role);
        }
      }
      assertThat(active.contains("database") && active.contains("auditing"))
          .as("nobody holds both roles of a toxic pair, nor their agents for them")
          .isFalse();
    }
  }

  private static void assertNoAgentOutlivesItsPerson() {
    assertThat(
            shop()
                .test()
                .count(
                    """
                    SELECT count(*) FROM grants g JOIN grants r ON r.id IN (g.parent, g.part_of)
                    WHERE g.acts_for IS NOT NULL AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
                      AND (r.state <> 'ACTIVE' OR r.expires_at < g.expires_at)
                    """))
        .as("an agent's grant ends with the session and the grant that it rests on")
        .isZero();
  }

  private static long activated(List<Person> people) {
    return shop()
        .test()
        .count(
            "SELECT count(*) FROM grants WHERE kind = 'REQUESTED' AND activated_at IS NOT NULL AND identity_id = '%s'"
                .formatted(people.getFirst().id()));
  }

  private static long delegated(List<Person> people) {
    return shop()
        .test()
        .count(
            "SELECT count(*) FROM grants WHERE activated_at IS NOT NULL AND acts_for = '%s'"
                .formatted(people.getFirst().id()));
  }

  private static void assertOneEventForEachChange(GrantId grant) {
    assertThat(count("SELECT count(*) FROM audit_events WHERE subject = 'grant:%s'", grant))
        .as("rule 8: one audit event for each change")
        .isEqualTo(count("SELECT version + 1 FROM grants WHERE id = '%s'", grant));
  }

  private static void assertNobodyApprovedForThemselves(GrantId grant) {
    assertThat(
            count(
                """
                SELECT count(*) FROM approvals a JOIN grants g ON g.id = a.grant_id
                WHERE g.id = '%s' AND a.approver_id IN (g.identity_id, g.requested_by)
                """,
                grant))
        .as("rule 9")
        .isZero();
    assertThat(
            count(
                """
                SELECT count(*) FROM grants g WHERE g.id = '%s' AND g.activated_at IS NOT NULL
                  AND g.role = 'database' AND g.part_of IS NULL
                  AND (SELECT count(*) FROM approvals a WHERE a.grant_id = g.id AND a.verdict = 'APPROVED') < 2
                """,
                grant))
        .as("two different people stand behind each that was activated")
        .isZero();
  }

  private static void assertEarlyEndsAreListed(GrantId grant) {
    assertThat(count("SELECT count(*) FROM revocations WHERE grant_id = '%s'", grant))
        .as("an early end is a revocation, exactly one")
        .isEqualTo(
            count(
                """
                SELECT count(*) FROM grants WHERE id = '%s' AND state IN ('RELEASED', 'REVOKED')
                  AND activated_at IS NOT NULL
                """,
                grant));
  }

  private static void assertLifeHasAnEnd(GrantId grant) {
    assertThat(
            count(
                """
                SELECT count(*) FROM grants WHERE id = '%s' AND state = 'ACTIVE'
                  AND (expires_at > authority_ends_at OR expires_at > activated_at + 2 * duration)
                """,
                grant))
        .as("rule 4: nothing lives past what it was asked for, one extension included")
        .isZero();
  }

  private static long count(String sql, GrantId grant) {
    return shop().test().count(sql.formatted(grant));
  }
}
