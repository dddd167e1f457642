package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.Wish;
import dev.mayfly.store.GrantId;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people ask for an agent, how it is decided, and everything that ends it. */
class DelegationsTest {

  private static final String HELPER = "spiffe://acme.example/agents/helper";

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Person joan = shop.person("joan", "security");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void agentsGrantNamesThePersonTheTaskAndTheSession() {
    Grant asked = delegated(ada, "database");
    assertThat(asked.state()).isEqualTo(GrantState.REQUESTED);
    assertThat(asked.acting())
        .contains(
            new Grant.Acting(ada.id(), ada.name(), "chore-7", ada.session(), Optional.empty()));
    assertThat(shop.text("SELECT name FROM identities WHERE id = '%s'".formatted(asked.identity())))
        .isEqualTo(HELPER);
    assertThat(
            shop.text(
                "SELECT actor || ' ' || (detail->>'actsFor') || ' ' || (detail->>'task') FROM audit_events WHERE grant_id = '%s'"
                    .formatted(asked.id())))
        .isEqualTo(ada.name() + " " + ada.name() + " chore-7");
  }

  @Test
  void requestIsDecidedUnderTheRolesRule_andBegunByThePerson() {
    Grant asked = delegated(ada, "database");
    assertThat(value(shop.approve(asked, grace)).state()).isEqualTo(GrantState.REQUESTED);
    assertThat(value(shop.approve(asked, joan)).state()).isEqualTo(GrantState.APPROVED);
    assertThat(code(shop.activate(asked, grace))).isEqualTo("grant-unknown");
    assertThat(value(shop.activate(asked, ada)).state()).isEqualTo(GrantState.ACTIVE);
    assertThat(events(asked, "grant.activate")).as("rule 8").isEqualTo(1);
  }

  /** Rule 9: neither the person, nor who answers for the agent. */
  @Test
  void nobodyApprovesForThemselves_norForTheirOwnAgent() {
    Person owner = shop.person("olga", "sre", "leads");
    Grant asked = delegated(grace, "database");
    assertThat(code(shop.approve(asked, grace))).isEqualTo("self-approval");
    assertThat(code(shop.approve(asked, owner))).isEqualTo("self-approval");
    assertThat(shop.toDecide(owner)).isEmpty();
    assertThat(shop.toDecide(joan)).hasSize(1);
    assertThat(value(shop.approve(asked, joan)).state()).isEqualTo(GrantState.REQUESTED);
  }

  @Test
  void requestIsRefused_whenThePersonCouldNotAskForItThemselves() {
    assertThat(code(shop.delegate(joan, wish("database"), "t"))).isEqualTo("role-unknown");
    assertThat(code(shop.delegate(ada, wish("nothing"), "t"))).isEqualTo("role-unknown");
    assertThat(code(shop.delegate(ada, wish("database", Map.of("table", "payroll")), "t")))
        .isEqualTo("condition-not-met");
  }

  @Test
  void requestIsRefused_whenTheRoleDoesNotNameTheAgent() {
    assertThat(code(shop.delegate(ada, wish("deploy"), "t"))).isEqualTo("agent-not-allowed");
  }

  @Test
  void requestIsRefused_forSomebodyElseAndAsBreakGlass() {
    assertThat(code(delegate(asking(grace, ada, Elevations.Manner.ORDINARY), wish("database"))))
        .isEqualTo("not-on-behalf");
    assertThat(code(delegate(asking(ada, ada, Elevations.Manner.BREAK_GLASS), wish("database"))))
        .isEqualTo("no-break-glass");
  }

  @Test
  void requestIsRefused_whenTheSessionHasEnded() {
    await(shop.machine().move(shop.test().pool(), ada.session(), Move.RELEASE, because()));
    assertThat(code(shop.delegate(ada, wish("database"), "t"))).isEqualTo("session-ended");
  }

  @Test
  void requestIsRefused_whenTheAgentIsSuspended() {
    delegated(ada, "database");
    shop.test().execute("UPDATE identities SET state = 'SUSPENDED' WHERE name = '" + HELPER + "'");
    assertThat(code(shop.delegate(ada, wish("database"), "t"))).isEqualTo("identity-not-active");
  }

  @Test
  void partOfWhatThePersonHoldsNeedsNoDecision_andIsNeverLonger() {
    Grant own = live(ada);
    shop.pass(Duration.ofMinutes(20));
    Grant part = delegated(ada, "database");
    assertThat(part.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(part.acting().orElseThrow().partOf()).contains(own.id());
    assertThat(part.expiresAt()).isEqualTo(own.expiresAt());
    assertThat(part.decidedBy()).contains("system:policy");
  }

  @Test
  void partIsNarrower_butWhatIsWiderIsDecidedAnew() {
    Grant own = live(ada, narrowed(Set.of("db:read")));
    Grant part = value(shop.delegate(ada, anything(), "t1"));
    assertThat(part.acting().orElseThrow().partOf()).contains(own.id());
    assertThat(Narrowing.of(part.requested().orElseThrow().ask()).scopes())
        .as("what is not said is as in the grant, not as in the role")
        .containsExactly("db:read");
    Grant wider = value(shop.delegate(ada, narrowed(Set.of("db:read", "db:write")), "t2"));
    assertThat(wider.state()).isEqualTo(GrantState.REQUESTED);
    assertThat(wider.acting().orElseThrow().partOf()).isEmpty();
    Grant other = value(shop.delegate(ada, wish("database", Map.of("table", "users")), "t3"));
    assertThat(other.state()).as("other inputs").isEqualTo(GrantState.REQUESTED);
  }

  @Test
  void everythingOfTheAgentEnds_whenTheSessionDoes() {
    live(ada);
    Grant part = delegated(ada, "database");
    Grant waiting = value(shop.delegate(ada, narrowedTo("users"), "another"));
    Grant approved = value(shop.delegate(grace, wish("auditing"), "unconcerned"));
    await(shop.machine().move(shop.test().pool(), ada.session(), Move.RELEASE, because()));
    assertThat(shop.state(part)).isEqualTo("REVOKED");
    assertThat(shop.state(waiting)).isEqualTo("CANCELLED");
    assertThat(shop.state(approved)).isEqualTo("APPROVED");
    assertThat(revocations(part)).as("what it minted is listed").isEqualTo(1);
    assertThat(events(part, "grant.revoke")).as("rule 8").isEqualTo(1);
  }

  @Test
  void partEndsWithThePersonsGrant_andAnotherTaskDoesNot() {
    Grant own = live(ada);
    Grant part = delegated(ada, "database");
    Grant waiting = value(shop.delegate(ada, narrowedTo("users"), "another"));
    value(await(shop.endings().end(own.id(), ada, "", shop.policy(), "")));
    assertThat(shop.state(part)).isEqualTo("REVOKED");
    assertThat(revocations(part)).isEqualTo(1);
    assertThat(shop.state(waiting)).isEqualTo("REQUESTED");
  }

  @Test
  void personEndsTheirAgentsGrantAlone() {
    Grant own = live(ada);
    Grant part = delegated(ada, "database");
    value(await(shop.endings().end(part.id(), ada, "", shop.policy(), "")));
    assertThat(shop.state(part)).isEqualTo("RELEASED");
    assertThat(shop.state(own)).isEqualTo("ACTIVE");
  }

  /** Rule 4 of grants: nothing outlives what it rests on, to the instant. */
  @Test
  void grantNeverOutlivesTheSession() {
    shop.pass(Duration.ofHours(9).plusMinutes(50));
    Grant asked = delegated(ada, "auditing");
    Grant live = value(shop.activate(asked, ada));
    assertThat(live.expiresAt()).contains(ElevationFixture.START.plus(Duration.ofHours(10)));
    shop.pass(Duration.ofMinutes(10));
    assertThat(code(shop.delegate(ada, wish("auditing"), "late"))).isEqualTo("session-ended");
  }

  @Test
  void requestLapsesWithTheSession_whenNobodyDecides() {
    shop.pass(Duration.ofHours(9).plusMinutes(50));
    Grant asked = delegated(ada, "database");
    shop.pass(Duration.ofMinutes(10));
    assertThat(code(shop.approve(asked, grace))).isNotEqualTo("ok");
    await(shop.reaper().reap());
    assertThat(shop.state(asked)).isEqualTo("LAPSED");
  }

  @Test
  void agentDoesNotHoldForSomebodyWhatTheyMayNotHoldTogether() {
    live(ada);
    assertThat(code(shop.delegate(ada, wish("auditing"), "t"))).isEqualTo("toxic-combination");
    Grant agents = value(shop.delegate(grace, wish("auditing"), "t"));
    assertThat(value(shop.activate(agents, grace)).state()).isEqualTo(GrantState.ACTIVE);
    assertThat(code(shop.request(grace, wish("database"))))
        .as("what the agent holds for her, she holds")
        .isEqualTo("toxic-combination");
  }

  @Test
  void ensureGivesTheSameGrant_andAnotherTaskAnother() {
    live(ada);
    Grant first = ensured(ada, "chore-7");
    assertThat(first.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(ensured(ada, "chore-7").id()).isEqualTo(first.id());
    assertThat(ensured(ada, "chore-8").id()).isNotEqualTo(first.id());
  }

  @Test
  void nobodyExtendsAnAgentsGrant() {
    live(ada);
    Grant part = delegated(ada, "database");
    assertThat(code(extended(ada, part))).isEqualTo("grant-state");
    assertThat(code(extended(grace, part))).isEqualTo("grant-unknown");
  }

  @Test
  void grantEndsAtItsActivation_whenThePolicyNoLongerNamesTheAgent() {
    Grant asked = delegated(ada, "auditing");
    shop.policySays("auto: \"true\"\n", "auto: \"true\"\n      agents: [helper]\n");
    assertThat(code(shop.activate(asked, ada))).isEqualTo("agent-not-allowed");
    assertThat(shop.state(asked)).isEqualTo("REVOKED");
  }

  @Test
  void personIsNotThereForTheAgent_whenTheirGroupIsGone() {
    live(ada);
    delegated(ada, "database");
    assertThat(found()).singleElement().satisfies(one -> assertThat(one.person()).isPresent());
    shop.regroup(ada);
    assertThat(found().getFirst().person().orElseThrow().groups()).doesNotContain("engineers");
    shop.test()
        .execute(
            "UPDATE sessions SET claims = '{\"groups\": []}' WHERE grant_id = '%s'"
                .formatted(ada.session()));
    assertThat(found().getFirst().person()).as("nobody here any more").isEmpty();
  }

  @Test
  void taskIsUnclear_whenTwoPeopleHaveTheAgentActUnderOneRole() {
    live(ada);
    Grant adas = delegated(ada, "database");
    assertThat(LiveDelegations.isOneTask(found())).isTrue();
    live(grace);
    delegated(grace, "database");
    assertThat(found()).hasSize(2);
    assertThat(LiveDelegations.isOneTask(found())).isFalse();
    assertThat(
            await(
                shop.liveDelegations()
                    .find(HELPER, "database", Optional.of(adas.id()), shop.policy())))
        .singleElement()
        .satisfies(one -> assertThat(one.actsFor()).isEqualTo(ada.name()));
  }

  /** The person's own grant is not idle while their agent uses its part. */
  @Test
  void wholeIsNotTakenBackAsUnused_whileItsPartIsLive() {
    live(ada);
    delegated(ada, "database");
    shop.pass(Duration.ofMinutes(21));
    IdleGrants idle = new IdleGrants();
    OffsetDateTime now = shop.databaseNow();
    GrantId due =
        await(
            shop.database()
                .inTransaction(
                    tx ->
                        idle.due(tx)
                            .map(Optional::orElseThrow)
                            .call(one -> idle.postpone(tx, one.id(), now))
                            .call(one -> idle.due(tx).invoke(next -> assertThat(next).isEmpty()))
                            .map(IdleGrants.Due::id)));
    assertThat(shop.text("SELECT acts_for FROM grants WHERE id = '%s'".formatted(due)))
        .as("only the part is looked at")
        .isEqualTo(ada.id().toString());
  }

  private List<LiveDelegations.Live> found() {
    return await(shop.liveDelegations().find(HELPER, "database", Optional.empty(), shop.policy()));
  }

  private Grant delegated(Person person, String role) {
    return value(shop.delegate(person, wish(role), "chore-7"));
  }

  private Grant ensured(Person person, String task) {
    return value(
        await(shop.delegations().ensure(shop.asking(person), shop.helper(task), wish("database"))));
  }

  private dev.mayfly.Outcome<Grant> delegate(Elevations.Asking asking, Wish wish) {
    return await(shop.delegations().request(asking, shop.helper("t"), wish));
  }

  private Elevations.Asking asking(Person asker, Person holder, Elevations.Manner manner) {
    return new Elevations.Asking(asker, holder, shop.policy(), manner, "");
  }

  private dev.mayfly.Outcome<Grant> extended(Person person, Grant grant) {
    return await(
        shop.extensions()
            .extend(shop.asking(person), grant.id(), Duration.ofMinutes(10), "more time"));
  }

  /** A grant of the person's own over {@code database}. */
  private Grant live(Person person) {
    return live(person, wish("database"));
  }

  private Grant live(Person person, Wish wish) {
    Grant asked = value(shop.request(person, wish));
    value(shop.approve(asked, shop.person("sre-" + person.id(), "sre")));
    value(shop.approve(asked, shop.person("sec-" + person.id(), "security")));
    return value(shop.activate(asked, person));
  }

  private static Wish narrowed(Set<String> scopes) {
    return asking(scopes, Map.of("table", "orders"));
  }

  private static Wish anything() {
    return asking(Set.of(), Map.of());
  }

  private static Wish narrowedTo(String table) {
    return asking(Set.of(), Map.of("table", table));
  }

  private static Wish asking(Set<String> scopes, Map<String, Object> inputs) {
    return new Wish(
        "database",
        Optional.of(Duration.ofMinutes(30)),
        "the pager went off",
        Optional.empty(),
        Optional.empty(),
        scopes,
        List.of(),
        Optional.empty(),
        inputs,
        Map.of());
  }

  private static Because because() {
    return new Because("test", "logout", "");
  }

  private long events(Grant grant, String action) {
    return shop.test()
        .count(
            "SELECT count(*) FROM audit_events WHERE grant_id = '%s' AND action = '%s'"
                .formatted(grant.id(), action));
  }

  private long revocations(Grant grant) {
    return shop.test()
        .count("SELECT count(*) FROM revocations WHERE grant_id = '%s'".formatted(grant.id()));
  }
}
