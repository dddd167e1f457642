package dev.mayfly.grant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.identity.login.ProviderLogouts.LoggedOut;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What ends when a provider takes back its word for somebody. */
class WithdrawalsTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "sre");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void whatSomebodyHolds_endsWithTheProvidersWord() {
    Grant active = deployed();
    refuses(ada);
    assertThat(shop.state(active)).isEqualTo("REVOKED");
    assertThat(cause(active)).isEqualTo("refused by provider");
    assertThat(revocations(active)).isEqualTo("1"); // what was minted under it is taken back
  }

  @Test
  void whatSomebodyHolds_endsWithALogoutAtTheProvider() {
    Grant active = deployed();
    logsOut(Optional.of("ada"), Optional.empty());
    assertThat(shop.state(active)).isEqualTo("REVOKED");
  }

  /** Back-Channel Logout 2.4: where the session at the provider is unknown, it may be this one. */
  @Test
  void sessionWithoutAnIdOfTheProvider_endsWhenOneOfItsPersonsDoes() {
    logsOut(Optional.of("ada"), Optional.of("some-session"));
    assertThat(state(ada)).isEqualTo("REVOKED");
    assertThat(state(grace)).isEqualTo("ACTIVE");
  }

  @Test
  void sessionOfAnotherIdOfTheProvider_lives() {
    shop.test().execute("UPDATE sessions SET provider_sid = 'mine'");
    logsOut(Optional.of("ada"), Optional.of("another"));
    assertThat(state(ada)).isEqualTo("ACTIVE");
    logsOut(Optional.of("ada"), Optional.of("mine"));
    assertThat(state(ada)).isEqualTo("REVOKED");
  }

  @Test
  void whatSomebodyHolds_stays_whileTheProviderVouchesForThemElsewhere() {
    Grant active = deployed();
    anotherSessionOfAda("mayfly_now() + interval '1 second'");
    refuses(ada);
    assertThat(state(ada)).isEqualTo("REVOKED");
    assertThat(shop.state(active)).isEqualTo("ACTIVE");
  }

  /** It may be as refused as the first, and nobody has asked. */
  @Test
  void whatSomebodyHolds_ends_whenAnotherSessionIsThereAndWasNotVouchedForSince() {
    Grant active = deployed();
    anotherSessionOfAda("mayfly_now() - interval '1 second'");
    refuses(ada);
    assertThat(shop.state(active)).isEqualTo("REVOKED");
  }

  /** A logout at the provider is of one session there, and says nothing of another. */
  @Test
  void whatSomebodyHolds_stays_whenOneOfTwoSessionsIsLoggedOut() {
    Grant active = deployed();
    anotherSessionOfAda("mayfly_now() - interval '1 second'");
    shop.test()
        .execute(
            "UPDATE sessions SET provider_sid = CASE WHEN grant_id = '%s' THEN 'one' ELSE 'two' END"
                .formatted(ada.session()));
    logsOut(Optional.of("ada"), Optional.of("one"));
    assertThat(state(ada)).isEqualTo("REVOKED");
    assertThat(shop.state(active)).isEqualTo("ACTIVE");
  }

  private void anotherSessionOfAda(String vouchedAt) {
    shop.test()
        .execute(
            """
            WITH other AS (
              INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                                  authority_ends_at, deadline, policy_version)
              SELECT gen_random_uuid(), identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                     authority_ends_at, deadline, policy_version
              FROM grants WHERE id = '%1$s'
              RETURNING id
            )
            INSERT INTO sessions (grant_id, identity_id, trust, subject, claims, claims_at, auth_time)
            SELECT o.id, s.identity_id, s.trust, s.subject, s.claims, %2$s, s.auth_time
            FROM other o, sessions s WHERE s.grant_id = '%1$s'
            """
                .formatted(ada.session(), vouchedAt));
  }

  /** An approval counts only as long as somebody vouches for who gave it. */
  @Test
  void approvalCountsNoMore_whenTheProviderRefusesItsGiver() {
    Grant asked = shop.requested(ada, "deploy");
    shop.approve(asked, grace);
    refuses(grace);
    assertThat(ElevationFixture.code(shop.activate(asked, ada))).isEqualTo("approval-lost");
  }

  @Test
  void approvalCounts_whenItsGiverHasLoggedOut() {
    Grant asked = shop.requested(ada, "deploy");
    shop.approve(asked, grace);
    logsOut(Optional.of("grace"), Optional.empty());
    assertThat(ElevationFixture.code(shop.activate(asked, ada))).isEqualTo("ok");
  }

  private Grant deployed() {
    Grant asked = shop.requested(ada, "deploy");
    shop.approve(asked, grace);
    Grant active = ElevationFixture.value(shop.activate(asked, ada));
    assertThat(active.state()).isEqualTo(GrantState.ACTIVE);
    return active;
  }

  private void refuses(Person person) {
    ElevationFixture.await(ends().refused(person.session(), shop.databaseNow(), ""));
  }

  private void logsOut(Optional<String> subject, Optional<String> session) {
    ElevationFixture.await(ends().loggedOut(new LoggedOut("staff", subject, session), ""));
  }

  private SessionEnds ends() {
    return new SessionEnds(shop.database(), shop.machine(), new Withdrawals(shop.machine()));
  }

  private String state(Person person) {
    return shop.text("SELECT state FROM grants WHERE id = '%s'".formatted(person.session()));
  }

  private String cause(Grant grant) {
    return shop.text("SELECT cause FROM grants WHERE id = '%s'".formatted(grant.id()));
  }

  private String revocations(Grant grant) {
    return shop.text(
        "SELECT count(*) FROM revocations WHERE grant_id = '%s'".formatted(grant.id()));
  }
}
