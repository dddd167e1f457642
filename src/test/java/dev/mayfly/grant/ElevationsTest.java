package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request from its first moment to its end, on a real database. */
class ElevationsTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Person joan = shop.person("joan", "security");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void requestBecomesActive_whenEverybodyNeededHasApproved() {
    Grant asked = shop.requested(ada, "database");
    assertThat(asked.state()).isEqualTo(GrantState.REQUESTED);
    assertThat(value(shop.approve(asked, grace)).state()).isEqualTo(GrantState.REQUESTED);
    assertThat(value(shop.approve(asked, joan)).state()).isEqualTo(GrantState.APPROVED);
    shop.pass(Duration.ofMinutes(10));
    Grant active = value(shop.activate(asked, ada));
    assertThat(active.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(active.expiresAt())
        .as("life starts at activation, not at the request")
        .contains(shop.now().plus(Duration.ofMinutes(30)));
  }

  @Test
  void approvedGrantEnds_whenAnApproverLostTheRightBeforeActivation() {
    Grant asked = approved();
    shop.regroup(joan);
    assertThat(code(shop.activate(asked, ada))).isEqualTo("approval-lost");
    assertThat(shop.state(asked)).isEqualTo("REVOKED");
  }

  @Test
  void approvedGrantEnds_whenItsHolderIsNoLongerEligible() {
    Grant asked = approved();
    Person demoted = shop.regroup(ada, "sales");
    assertThat(code(shop.activate(asked, demoted))).isEqualTo("role-unknown");
    assertThat(shop.state(asked)).isEqualTo("REVOKED");
    assertThat(cause(asked)).isEqualTo("no longer eligible");
  }

  @Test
  void roleIsUnknown_toWhoIsNotEligible() {
    assertThat(code(shop.request(joan, wish("database")))).isEqualTo("role-unknown");
    assertThat(code(shop.request(joan, wish("nothing-like-it")))).isEqualTo("role-unknown");
  }

  @Test
  void conditionRefuses_whatItDoesNotAllow() {
    assertThat(code(shop.request(ada, wish("database", Map.of("table", "payroll")))))
        .isEqualTo("condition-not-met");
  }

  @Test
  void toxicCombinationIsRefused_atRequestFromEitherSide() {
    Grant auditing = shop.requested(ada, "auditing");
    assertThat(auditing.state()).as("its condition approves").isEqualTo(GrantState.APPROVED);
    assertThat(code(shop.request(ada, wish("database")))).isEqualTo("toxic-combination");
    assertThat(code(shop.request(grace, wish("database")))).isEqualTo("ok");
    assertThat(code(shop.request(grace, wish("auditing")))).isEqualTo("toxic-combination");
  }

  @Test
  void toxicCombinationIsRefused_atActivationAgain() {
    Grant database = approved();
    shop.policySays("[deploy]", "[auditing]");
    Grant deploy = shop.requested(grace, "deploy");
    assertThat(deploy.state()).isEqualTo(GrantState.REQUESTED);
    shop.policySays("[auditing]", "[auditing]");
    Grant auditing = held("auditing");
    assertThat(code(shop.activate(database, ada))).isEqualTo("toxic-combination");
    assertThat(shop.state(auditing)).isEqualTo("ACTIVE");
  }

  /** A grant that came to be while the policy said something else. */
  private Grant held(String role) {
    shop.policySays("[deploy]", "[auditing]");
    Grant grant = shop.requested(ada, role);
    Grant active = value(shop.activate(grant, ada));
    shop.policySays("[auditing]", "[auditing]");
    return active;
  }

  @Test
  void requestLapses_whenNobodyDecidesInTime() {
    Grant asked = shop.requested(ada, "database");
    shop.pass(Duration.ofHours(1));
    assertThat(code(shop.approve(asked, grace)))
        .as("boundary: at the very instant it has lapsed")
        .isEqualTo("grant-state");
    await(shop.reaper().reap());
    assertThat(shop.state(asked)).isEqualTo("LAPSED");
  }

  @Test
  void approvalLapses_whenItIsNotUsedInTheRolesTime() {
    Grant asked = approved();
    shop.pass(Duration.ofMinutes(30));
    assertThat(code(shop.activate(asked, ada))).isNotEqualTo("ok");
    await(shop.reaper().reap());
    assertThat(shop.state(asked)).isEqualTo("LAPSED");
  }

  @Test
  void ensureFilesOnce_whenItIsAskedManyTimesAtOnce() {
    List<Outcome<Grant>> all =
        await(
            Uni.join()
                .all(
                    java.util.stream.IntStream.range(0, 8)
                        .mapToObj(n -> shop.elevations().ensure(shop.asking(ada), wish("deploy")))
                        .toList())
                .andFailFast());
    assertThat(all.stream().map(one -> value(one).id()).distinct()).hasSize(1);
    assertThat(shop.test().count("SELECT count(*) FROM grants WHERE role = 'deploy'")).isEqualTo(1);
  }

  @Test
  void ensureActivates_whatIsApproved() {
    assertThat(value(await(shop.elevations().ensure(shop.asking(ada), wish("auditing")))).state())
        .isEqualTo(GrantState.ACTIVE);
    Grant again = value(await(shop.elevations().ensure(shop.asking(ada), wish("auditing"))));
    assertThat(again.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(shop.test().count("SELECT count(*) FROM grants WHERE role = 'auditing'"))
        .isEqualTo(1);
  }

  @Test
  void nothingIsActivatedOrToldOfSomebodyElse_whenItIsEnsuredForThem() {
    Grant approved = approved();
    Elevations.Asking meddling =
        new Elevations.Asking(grace, ada, shop.policy(), Elevations.Manner.ORDINARY, "");
    await(shop.elevations().ensure(meddling, wish("database")));
    assertThat(shop.state(approved)).isEqualTo("APPROVED");
    assertThat(code(await(shop.elevations().preview(meddling, List.of(wish("database"))))))
        .isEqualTo("not-on-behalf");
  }

  @Test
  void overlappingGrantStays_whenAnotherEnds() {
    Grant one = active("deploy");
    Grant other = active("deploy");
    value(await(shop.endings().end(one.id(), ada, "", shop.policy(), "")));
    assertThat(shop.state(one)).isEqualTo("RELEASED");
    assertThat(shop.state(other)).isEqualTo("ACTIVE");
    assertThat(
            await(
                    new LiveGrants(shop.database(), shop.machine())
                        .find(ada.id(), "deploy", Optional.empty()))
                .map(LiveGrants.Live::id))
        .contains(other.id());
  }

  @Test
  void grantIsEnded_onlyByWhomItConcerns() {
    Grant active = active("deploy");
    Person stranger = shop.person("stranger", "sre");
    assertThat(code(await(shop.endings().end(active.id(), stranger, "", shop.policy(), ""))))
        .isEqualTo("grant-unknown");
    Person owner = shop.person("owner", "dba");
    assertThat(value(await(shop.endings().end(active.id(), owner, "", shop.policy(), ""))).state())
        .isEqualTo(GrantState.REVOKED);
  }

  @Test
  void breakGlassIsTakenAtOnce_andBlocksTheNextUntilReviewed() {
    shop.staysLoggedIn(ada);
    Elevations.Asking glass =
        new Elevations.Asking(ada, ada, shop.policy(), Elevations.Manner.BREAK_GLASS, "");
    Grant taken =
        value(await(shop.elevations().request(glass, List.of(wish("deploy"))))).getFirst();
    assertThat(taken.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(taken.decidedBy()).as("rule 9: not by who took it").contains("system:break-glass");
    assertThat(shop.test().count("SELECT count(*) FROM outbox WHERE topic = 'grant.break-glass'"))
        .as("who was skipped is told in the same transaction")
        .isEqualTo(1);
    shop.pass(Duration.ofDays(1));
    assertThat(code(await(shop.elevations().request(glass, List.of(wish("deploy"))))))
        .isEqualTo("review-overdue");
    assertThat(code(await(shop.reviews().close(taken.id(), ada, "fine", shop.policy(), ""))))
        .isEqualTo("grant-unknown");
    value(await(shop.reviews().close(taken.id(), joan, "was needed", shop.policy(), "")));
    assertThat(code(await(shop.elevations().request(glass, List.of(wish("deploy"))))))
        .isEqualTo("ok");
  }

  @Test
  void severalRolesAreFiled_allOrNone() {
    assertThat(
            code(
                await(
                    shop.elevations()
                        .request(
                            shop.asking(ada),
                            List.of(wish("deploy"), wish("database"), wish("auditing"))))))
        .isEqualTo("toxic-combination");
    assertThat(shop.test().count("SELECT count(*) FROM grants WHERE kind = 'REQUESTED'"))
        .as("nothing of a refused bundle stays")
        .isZero();
    List<Grant> both =
        value(
            await(
                shop.elevations()
                    .request(shop.asking(ada), List.of(wish("deploy"), wish("database")))));
    assertThat(both)
        .extracting(one -> one.requested().orElseThrow().bundle())
        .doesNotContain(Optional.empty());
  }

  private Grant approved() {
    Grant asked = shop.requested(ada, "database");
    value(shop.approve(asked, grace));
    return value(shop.approve(asked, joan));
  }

  private Grant active(String role) {
    Grant asked = shop.requested(ada, role);
    value(shop.approve(asked, grace));
    return value(shop.activate(asked, ada));
  }

  private String cause(Grant grant) {
    return shop.text("SELECT cause FROM grants WHERE id = '%s'".formatted(grant.id()));
  }
}
