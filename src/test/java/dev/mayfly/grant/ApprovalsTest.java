package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who decides on what others ask, and what comes of two who decide at once (rule 9). */
class ApprovalsTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Person joan = shop.person("joan", "security");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void approvalIsRefused_whenItIsTheRequestersOwn() {
    Grant asked = shop.requested(grace, "deploy");
    assertThat(code(shop.approve(asked, grace))).as("rule 9").isNotEqualTo("ok");
    assertThat(shop.state(asked)).isEqualTo("REQUESTED");
  }

  @Test
  void onePersonCountsOnce_inTwoGroups() {
    Person both = shop.person("both", "sre", "security");
    Grant asked = shop.requested(ada, "database");
    assertThat(value(shop.approve(asked, both)).state()).isEqualTo(GrantState.REQUESTED);
    assertThat(value(shop.approve(asked, both)).state()).isEqualTo(GrantState.REQUESTED);
    assertThat(events(asked, "grant.agree")).as("a second click is no second word").isEqualTo(1);
    assertThat(value(shop.approve(asked, joan)).state()).isEqualTo(GrantState.APPROVED);
  }

  @Test
  void approvalNoLongerCounts_whenItsGiverLostTheRight() {
    Grant asked = shop.requested(ada, "database");
    value(shop.approve(asked, grace));
    shop.regroup(grace, "engineers");
    assertThat(value(shop.approve(asked, joan)).state()).isEqualTo(GrantState.REQUESTED);
    Person other = shop.person("other", "sre");
    assertThat(value(shop.approve(asked, other)).state()).isEqualTo(GrantState.APPROVED);
  }

  @Test
  void requestEnds_whenItsHolderIsNoLongerEligibleWhenDecided() {
    Grant asked = shop.requested(ada, "database");
    shop.regroup(ada, "sales");
    assertThat(code(shop.approve(asked, grace))).isEqualTo("no-longer-eligible");
    assertThat(shop.state(asked)).isEqualTo("DENIED");
  }

  @Test
  void oneDenialEndsTheRequest_whateverOthersSaid() {
    Grant asked = shop.requested(ada, "database");
    value(shop.approve(asked, grace));
    assertThat(value(shop.deny(asked, joan)).state()).isEqualTo(GrantState.DENIED);
    assertThat(code(shop.approve(asked, joan))).isEqualTo("already-decided");
  }

  @Test
  void strangerLearnsNothing_ofARequestTheyDoNotDecide() {
    Grant asked = shop.requested(ada, "database");
    Person stranger = shop.person("stranger");
    assertThat(code(shop.approve(asked, stranger))).isNotEqualTo("ok");
    value(shop.approve(asked, grace));
    value(shop.approve(asked, joan));
    assertThat(code(shop.approve(asked, stranger))).isEqualTo("grant-unknown");
  }

  @Test
  void approvalIsRefused_whenTheRequesterApprovedForTheApproverLately() {
    Grant first = shop.requested(grace, "database");
    Person ruth = shop.person("ruth", "engineers", "security");
    value(shop.approve(first, ruth));
    Grant second = shop.requested(ruth, "database");
    assertThat(code(shop.approve(second, grace))).isEqualTo("reciprocal-approval");
    shop.pass(Duration.ofMinutes(59));
    assertThat(code(shop.approve(second, grace))).isEqualTo("reciprocal-approval");
  }

  @Test
  void twoApproversInTheSameInstant_decideOnce() {
    for (int round = 0; round < 10; round++) {
      Person asker = shop.person("asker" + round, "engineers");
      Person second = shop.person("second" + round, "sre");
      Grant asked = shop.requested(asker, "deploy");
      await(
          Uni.join()
              .all(
                  shop.approvals().approve(asked.id(), shop.deciding(grace)),
                  shop.approvals().approve(asked.id(), shop.deciding(second)),
                  shop.endings()
                      .end(asked.id(), asker, "", shop.policy(), "")
                      .map(
                          ended ->
                              ended.then(grant -> Outcome.ok(new Approvals.Decided(grant, false)))))
              .andFailFast());
      long outcomes = events(asked, "grant.approve") + events(asked, "grant.cancel");
      assertThat(events(asked, "grant.approve")).isLessThanOrEqualTo(1);
      assertThat(events(asked, "grant.cancel")).isLessThanOrEqualTo(1);
      assertThat(outcomes).isPositive();
      assertThat(shop.state(asked)).isIn("APPROVED", "CANCELLED");
    }
  }

  @Test
  void inboxHoldsARequest_onlyWhileOnesWordWouldHelp() {
    Grant asked = shop.requested(ada, "database");
    assertThat(shop.toDecide(grace)).hasSize(1);
    assertThat(shop.toDecide(ada)).as("rule 9").isEmpty();
    value(shop.approve(asked, grace));
    assertThat(shop.toDecide(grace)).isEmpty();
    assertThat(shop.toDecide(joan)).hasSize(1);
  }

  @Test
  void strangerMovesNothing_evenWhereTheHolderIsNoLongerEligible() {
    Grant asked = shop.requested(ada, "database");
    shop.regroup(ada, "sales");
    assertThat(code(shop.approve(asked, shop.person("stranger")))).isEqualTo("approver-not-asked");
    assertThat(shop.state(asked)).isEqualTo("REQUESTED");
  }

  @Test
  void twoWhoApproveForOneAnotherInTheSameInstant_doNotBothSucceed() {
    for (int round = 0; round < 10; round++) {
      Person one = shop.person("one" + round, "engineers", "sre");
      Person other = shop.person("other" + round, "engineers", "sre");
      Grant ofOne = shop.requested(one, "database");
      Grant ofOther = shop.requested(other, "database");
      await(
          Uni.join()
              .all(
                  shop.approvals().approve(ofOne.id(), shop.deciding(other)),
                  shop.approvals().approve(ofOther.id(), shop.deciding(one)))
              .andFailFast());
      assertThat(events(ofOne, "grant.agree") + events(ofOther, "grant.agree")).isEqualTo(1);
    }
  }

  private long events(Grant grant, String action) {
    return shop.test()
        .count(
            "SELECT count(*) FROM audit_events WHERE grant_id = '%s' AND action = '%s'"
                .formatted(grant.id(), action));
  }
}
