package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may approve (rule 9), and when it suffices. */
class ApprovalsTest {

  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final String ISSUER = "https://mayfly.shop.example";

  /** A second login, with people of its own. */
  private static final String PARTNERS =
      """
      trusts:
        staff: {login: {group-prefix: s/}}
        partner: {issuer: 'https://sso.partner.example', login: {client: mayfly, session: 1h, group-prefix: p/}}
      identities:
        partners:
          kind: person
          owner: p/leads
          environment: prod
          review: 2027-01-01
          login:
            trust: partner
            condition: "'p/staff' in claims.groups"
            spiffe-id: spiffe://shop.example/partners/{claims.sub}
            role: mayfly-engineer
      entitlements:
        - {role: mayfly-operator, identity: operator, type: standing, until: 2027-01-01}
        - {role: deployer, identity: pipeline, type: standing, until: 2027-01-01}
        - {role: orders-writer, identity: checkout, type: standing, until: 2027-01-01}
        - {role: mayfly-engineer, identity: engineers, type: standing, until: 2027-01-01}
        - {role: mayfly-engineer, identity: partners, type: standing, until: 2027-01-01}
        - {role: orders-admin, identity: engineers, type: eligible, until: 2027-01-01}
      """;

  private String approval =
      "[{rule: {all: [{group: sre, count: 2}, {owner: true}]}, escalate: {after: 15m, rule: {group: directors}}}, {rule: {any: [{group: security}, {manager: true}]}}]";
  private boolean independent;
  private Map<String, Object> requesterClaims =
      Map.of("groups", List.of("sre"), "manager", "max@shop.example");
  private Optional<String> askedBy = Optional.empty();
  private final List<Approval> given = new ArrayList<>();
  private String more = "{}";

  @Test
  void nothingIsSatisfied_whenThereIsNoStage() {
    CompiledPolicy policy = policy();
    Role role = policy.role("orders-admin").orElseThrow();
    ApprovalProgress progress =
        policy.progress(
            List.of(), role, requester(policy), List.of(approve("ann", 1, "sre")), START, at(60));
    assertThat(progress.satisfied()).isFalse();
    assertThat(progress.open()).isEmpty();
  }

  @Test
  void stagesFollowEachOther_whenDifferentPeopleApprove() {
    ApprovalProgress first = progress(0);
    assertThat(first.stage()).isZero();
    assertThat(first.satisfied()).isFalse();
    assertThat(first.escalatesAt()).contains(at(15));
    assertThat(first.open())
        .containsExactly(new ApprovalRule.Group("sre", 2), new ApprovalRule.Owner());
    give("ann", 1, "sre");
    give("bob", 2, "sre");
    assertThat(progress(2).open()).containsExactly(new ApprovalRule.Owner());
    give("cid", 3, "team-fulfilment");
    ApprovalProgress second = progress(3);
    assertThat(second.stage()).isEqualTo(1);
    assertThat(second.since()).isEqualTo(at(3));
    assertThat(second.escalatesAt()).isEmpty();
    give("dee", 4, "security");
    ApprovalProgress done = progress(4);
    assertThat(done.satisfied()).isTrue();
    assertThat(done.stage()).isEqualTo(2);
    assertThat(done.counted()).containsExactly(name("ann"), name("bob"), name("cid"), name("dee"));
  }

  @Test
  void onePersonCountsOnce_whenTheyAreInEveryGroup() {
    give("ann", 1, "sre", "team-fulfilment", "security");
    give("bob", 2, "sre");
    assertThat(progress(3).stage()).isZero();
    give("cid", 3, "sre");
    assertThat(progress(4).stage()).as("ann now stands for the owner").isEqualTo(1);
    assertThat(progress(4).satisfied()).isFalse();
    give("ann", 5, "sre", "team-fulfilment", "security");
    assertThat(progress(6).satisfied()).as("and not for security too").isFalse();
  }

  @Test
  void requesterNeverCounts_whateverTheirGroups() {
    approval = "[{rule: {any: [{group: sre}, {manager: true}]}}]";
    requesterClaims = Map.of("groups", List.of("sre"), "manager", "req@shop.example");
    give("req", 1, "sre");
    assertThat(progress(2).satisfied()).isFalse();
    assertThat(objection(2, approver("req", "sre"))).isEqualTo("self-approval");
    askedBy = Optional.of(name("ann"));
    assertThat(objection(2, approver("ann", "sre"))).isEqualTo("self-approval");
    assertThat(objection(2, approver("bob", "sre"))).isEqualTo("none");
  }

  @Test
  void nobodyButAPersonCounts_whenTheGroupsWouldDo() {
    approval = "[{rule: {group: sre}}]";
    Approver workload =
        new Approver(
            "spiffe://shop.example/storefront/checkout",
            "checkout",
            Set.of("sre"),
            Optional.empty(),
            Optional.empty());
    Approver stranger =
        new Approver(name("eve"), "gone", Set.of("sre"), Optional.empty(), Optional.empty());
    given.add(new Approval(workload, at(1)));
    given.add(new Approval(stranger, at(1)));
    assertThat(progress(2).satisfied()).isFalse();
    assertThat(objection(2, workload)).isEqualTo("approver-not-a-person");
    assertThat(objection(2, stranger)).isEqualTo("approver-not-a-person");
  }

  @Test
  void whoCouldHaveTheRoleIsOut_whenTheRoleWantsIndependence() {
    approval = "[{rule: {any: [{group: sre}, {group: security}]}}]";
    assertThat(objection(1, approver("bob", "sre"))).isEqualTo("none");
    independent = true;
    give("bob", 1, "sre");
    assertThat(progress(2).satisfied()).isFalse();
    assertThat(objection(2, approver("cid", "orders", "security")))
        .isEqualTo("approver-not-independent");
    assertThat(objection(2, approver("dee", "security"))).isEqualTo("none");
  }

  @Test
  void approvalIsGone_whenItsGiverLostTheGroup() {
    approval = "[{rule: {group: sre}}, {rule: {group: security}}]";
    give("ann", 1, "sre");
    give("sam", 2, "security");
    assertThat(progress(3).satisfied()).isTrue();
    given.set(0, approve("ann", 1, "kitchen"));
    ApprovalProgress back = progress(3);
    assertThat(back.stage()).isZero();
    assertThat(back.open()).containsExactly(new ApprovalRule.Group("sre", 1));
    give("bob", 4, "sre");
    assertThat(progress(4).satisfied()).as("sam need not approve again").isTrue();
  }

  @Test
  void escalationSuffices_fromItsVeryMoment() {
    given.add(approve("zoe", 1, "directors"));
    assertThat(progress(Duration.ofMinutes(15).minusNanos(1)).stage()).isZero();
    assertThat(objection(14, approver("yan", "directors"))).isEqualTo("approver-not-asked");
    ApprovalProgress escalated = progress(15);
    assertThat(escalated.stage()).isEqualTo(1);
    assertThat(escalated.since()).isEqualTo(at(15));
  }

  @Test
  void escalationCountsFromTheStage_whenItIsTheSecond() {
    approval =
        "[{rule: {group: sre}}, {rule: {group: security}, escalate: {after: 10m, rule: {group: directors}}}]";
    give("ann", 30, "sre");
    assertThat(progress(31).escalatesAt()).contains(at(40));
    assertThat(objection(39, approver("zoe", "directors"))).isEqualTo("approver-not-asked");
    assertThat(objection(40, approver("zoe", "directors"))).isEqualTo("none");
    assertThat(progress(40).escalatesAt()).isEmpty();
    assertThat(progress(40).open())
        .containsExactly(
            new ApprovalRule.Group("security", 1), new ApprovalRule.Group("directors", 1));
  }

  @Test
  void nobodyIsAskedTwiceOrTooSoon_whenAStageIsUnderWay() {
    approval = "[{rule: {group: sre}}, {rule: {group: security}}]";
    assertThat(objection(1, approver("sam", "security"))).isEqualTo("approver-not-asked");
    give("ann", 1, "sre", "security");
    assertThat(objection(2, approver("ann", "sre", "security"))).isEqualTo("approved-already");
    assertThat(objection(2, approver("bob", "sre"))).isEqualTo("approver-not-asked");
    assertThat(objection(2, approver("sam", "security"))).isEqualTo("none");
  }

  @Test
  void managerIsWhoTheClaimNames_orElseTheOwnersOfTheEntry() {
    approval = "[{rule: {manager: true}}]";
    Approver byMail = approver("x", Optional.of("Max@Shop.example"), "max");
    assertThat(objection(1, byMail)).isEqualTo("none");
    assertThat(objection(1, approver("x", Optional.empty(), "max@shop.example"))).isEqualTo("none");
    assertThat(objection(1, approver("x", "team-platform"))).isEqualTo("approver-not-asked");
    requesterClaims = Map.of("groups", List.of("sre"));
    assertThat(objection(1, approver("x", "team-platform"))).isEqualTo("none");
    assertThat(objection(1, byMail)).isEqualTo("approver-not-asked");
  }

  /** What another provider calls its people, and vouches for, says nothing of ours. */
  @Test
  void managerIsOfTheHoldersLogin_whenAnothersPersonHasTheirName() {
    approval = "[{rule: {manager: true}}]";
    more = PARTNERS;
    Approver partner =
        new Approver(
            "spiffe://shop.example/partners/7",
            "partners",
            Set.of("p/sre"),
            Optional.of("max@shop.example"),
            Optional.of("max@shop.example"));
    assertThat(objection(1, partner)).isEqualTo("approver-not-asked");
    assertThat(objection(1, approver("x", Optional.of("max@shop.example"), "max")))
        .isEqualTo("none");
  }

  @Test
  void emailCounts_onlyWhenTheProviderVerifiedIt() {
    IdentityEntry entry = policy().policy().identities().get("engineers");
    assertThat(entry).isNotNull();
    Subject unverified = new Subject(name("x"), entry, Map.of("email", "max@shop.example"));
    Subject verified =
        new Subject(
            name("x"),
            entry,
            Map.of("email", "max@shop.example", "email_verified", true, "groups", List.of("a", 7)));
    assertThat(Approver.of(unverified).email()).isEmpty();
    assertThat(Approver.of(verified).email()).contains("max@shop.example");
    assertThat(Approver.of(verified).groups()).containsExactly("a");
  }

  @Test
  void approvalGivenLaterIsNotSeen_whenJudgedBeforeIt() {
    approval = "[{rule: {group: sre}}]";
    give("ann", 5, "sre");
    assertThat(progress(4).satisfied()).isFalse();
    assertThat(progress(5).satisfied()).isTrue();
  }

  private CompiledPolicy policy() {
    return CompiledPolicy.of(
        DocumentedPolicy.policy(
            DocumentedPolicy.elevation(),
            "roles: {orders-admin: {request: {independent: %s, approval: %s}}}"
                .formatted(independent, approval),
            more),
        ISSUER);
  }

  private Requester requester(CompiledPolicy policy) {
    return policy.requester(
        new Subject(name("req"), policy.policy().identities().get("engineers"), requesterClaims),
        askedBy);
  }

  private ApprovalProgress progress(int minutes) {
    return progress(Duration.ofMinutes(minutes));
  }

  private ApprovalProgress progress(Duration after) {
    CompiledPolicy policy = policy();
    Role role = policy.role("orders-admin").orElseThrow();
    return policy.progress(
        role.request().orElseThrow().stages(),
        role,
        requester(policy),
        given,
        START,
        START.plus(after));
  }

  private String objection(int minutes, Approver candidate) {
    CompiledPolicy policy = policy();
    Role role = policy.role("orders-admin").orElseThrow();
    return policy
        .objection(
            role.request().orElseThrow().stages(),
            role,
            requester(policy),
            given,
            START,
            candidate,
            at(minutes))
        .map(Refusal::code)
        .orElse("none");
  }

  private void give(String who, int minutes, String... groups) {
    given.add(approve(who, minutes, groups));
  }

  private static Approval approve(String who, int minutes, String... groups) {
    return new Approval(approver(who, groups), at(minutes));
  }

  private static Approver approver(String who, String... groups) {
    return new Approver(name(who), "engineers", Set.of(groups), Optional.empty(), Optional.of(who));
  }

  private static Approver approver(String who, Optional<String> email, String preferred) {
    return new Approver(name(who), "engineers", Set.of(), email, Optional.of(preferred));
  }

  private static String name(String who) {
    return "spiffe://shop.example/staff/" + who;
  }

  private static Instant at(int minutes) {
    return START.plus(Duration.ofMinutes(minutes));
  }
}
