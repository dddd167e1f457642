package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static dev.mayfly.store.Meeting.grant;
import static dev.mayfly.store.Meeting.identity;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.identity.login.ProviderLogouts.LoggedOut;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Meeting;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Nobody waits in a circle: policy, identities, then grants in the order in which the database made
 * them (docs/decisions/0001). Here the clocks of those who made them say the contrary, and so do
 * the ids.
 */
class LockOrderTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Meeting meeting = new Meeting(shop.test());
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre", "security");
  private int made;

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void whoEnsuresARole_takesGrantsAsTheyWereMade() throws SQLException {
    UUID first = made("deploy", "");
    UUID second = made("deploy", "extends = '%s'".formatted(first));
    value(
        meeting.at(
            grant(first),
            grant(second),
            shop.elevations().ensure(shop.asking(ada), wish("deploy"))));
  }

  @Test
  void whoAsksForAnAgent_takesGrantsAsTheyWereMade() throws SQLException {
    UUID first = made("database", "");
    UUID second = made("database", "");
    value(
        meeting.at(
            grant(first),
            grant(second),
            shop.delegations()
                .request(shop.asking(ada), shop.helper("chore-7"), wish("database"))));
  }

  @Test
  void providersRefusal_takesWhatRestsOnItAsItWasMade() throws SQLException {
    UUID first = made("deploy", "");
    UUID session = session();
    shop.pass(Duration.ofMinutes(1)); // no other session says anything for her
    meeting.at(
        grant(first), grant(session), ends().refused(new GrantId(session), shop.databaseNow(), ""));
    assertThat(states()).containsOnly("REVOKED");
  }

  @Test
  void logoutAtTheProvider_takesWhatRestsOnItAsItWasMade() throws SQLException {
    UUID first = made("deploy", "");
    UUID session = session();
    meeting.at(
        grant(first),
        grant(session),
        ends().loggedOut(new LoggedOut("staff", Optional.of("ada"), Optional.empty()), ""));
    assertThat(states()).containsOnly("REVOKED");
  }

  /** What rests on a part is older than another part. */
  @Test
  void whoEndsAGrant_takesAllThatRestsOnItAsItWasMade() throws SQLException {
    UUID whole = made("database", "");
    UUID part = made("database", "part_of = '%s'".formatted(whole));
    UUID ofThat = made("database", "part_of = '%s'".formatted(part));
    UUID another = made("database", "extends = '%s'".formatted(whole));
    value(
        meeting.at(
            grant(ofThat),
            grant(another),
            shop.endings().end(new GrantId(whole), ada, "done", shop.policy(), "")));
    assertThat(
            shop.text(
                "SELECT string_agg(state, ' ' ORDER BY seq) FROM grants WHERE kind = 'REQUESTED'"))
        .isEqualTo("RELEASED REVOKED REVOKED REVOKED");
    assertThat(shop.text("SELECT count(*) FROM audit_events WHERE action LIKE 'grant.re%'"))
        .as("rule 8")
        .isEqualTo("4");
  }

  /** What has run out by itself leaves its extension alone, whatever ends above it. */
  @Test
  void whatHasEndedByItself_takesNothingWithIt() {
    UUID whole = made("database", "");
    UUID part = made("database", "part_of = '%s'".formatted(whole));
    UUID ofThat = made("database", "extends = '%s'".formatted(part));
    shop.test()
        .execute(
            "UPDATE grants SET state = 'EXPIRED', ended_at = mayfly_now() WHERE id = '%s'"
                .formatted(part));
    value(
        ElevationFixture.await(
            shop.endings().end(new GrantId(whole), ada, "done", shop.policy(), "")));
    assertThat(shop.text("SELECT state FROM grants WHERE id = '%s'".formatted(ofThat)))
        .isEqualTo("ACTIVE");
  }

  /** Else whoever logs in often enough cannot be suspended: the statement would run out of time. */
  @Test
  void whoHasThousandsOfSessions_isHeldInAMoment() {
    shop.test()
        .execute(
            """
            INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                                authority_ends_at, deadline, policy_version)
            SELECT gen_random_uuid(), '%s', 'session', 'SESSION', 'ACTIVE', interval '1 hour', mayfly_now(), mayfly_now(),
                   e.at, e.at, e.at, 1
            FROM (SELECT mayfly_now() + interval '1 hour' AS at) e, generate_series(1, 3000)
            """
                .formatted(ada.id()));
    long begun = System.nanoTime();
    List<GrantId> held = ElevationFixture.await(HeldGrants.allOf(shop.test().pool(), ada.id()));
    assertThat(held).hasSize(3001);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whoApproves_isHeldBeforeTheGrant() throws SQLException {
    Grant asked = shop.requested(ada, "deploy");
    value(
        meeting.at(
            identity(grace.id()),
            grant(asked.id()),
            shop.approvals().approve(asked.id(), shop.deciding(grace))));
  }

  @Test
  void whoReviews_isHeldBeforeTheGrant() throws SQLException {
    Elevations.Asking glass =
        new Elevations.Asking(ada, ada, shop.policy(), Elevations.Manner.BREAK_GLASS, "");
    Grant taken =
        value(ElevationFixture.await(shop.elevations().request(glass, List.of(wish("deploy")))))
            .getFirst();
    value(
        meeting.at(
            identity(grace.id()),
            grant(taken.id()),
            shop.reviews().close(taken.id(), grace, "fine", shop.policy(), "")));
  }

  /** A refusal says that the policy changed, as before. */
  @Test
  void whoApproves_isToldOfANewPolicy() {
    Grant asked = shop.requested(ada, "deploy");
    shop.test()
        .execute(
            """
            INSERT INTO policy_versions VALUES (2, '', '', mayfly_now(), 'test');
            UPDATE policy_active SET version = 2;
            """);
    assertThat(code(shop.approve(asked, grace))).isEqualTo("policy-changed");
  }

  private SessionEnds ends() {
    return new SessionEnds(shop.database(), shop.machine(), new Withdrawals(shop.machine()));
  }

  private String[] states() {
    return shop.text(
            "SELECT string_agg(state, ' ') FROM grants WHERE kind = 'REQUESTED' OR id::text LIKE 'f%'")
        .split(" ");
  }

  /** Another session of Ada's. */
  private UUID session() {
    UUID id = made("session", "kind = 'SESSION'");
    shop.test()
        .execute(
            """
            INSERT INTO sessions (grant_id, identity_id, trust, subject, claims, claims_at, auth_time)
            SELECT '%s', s.identity_id, s.trust, s.subject, s.claims, s.claims_at, s.auth_time
            FROM sessions s WHERE s.grant_id = '%s'
            """
                .formatted(id, ada.session()));
    return id;
  }

  /** A live grant of Ada's: each has a lower id than the one before, and says that it is older. */
  private UUID made(String role, String but) {
    made++;
    UUID id = new UUID(-made, Long.MIN_VALUE);
    shop.test()
        .execute(
            """
            INSERT INTO grants (id, identity_id, requested_by, role, kind, state, duration, requested_at, activated_at,
                                expires_at, authority_ends_at, deadline, policy_version)
            SELECT '%s', '%s', '%s', '%s', 'REQUESTED', 'ACTIVE', interval '1 hour', mayfly_now() - interval '%d minutes',
                   mayfly_now(), e.at, e.at, e.at, 1
            FROM (SELECT mayfly_now() + interval '1 hour' AS at) e
            """
                .formatted(id, ada.id(), ada.id(), role, made));
    if (!but.isEmpty()) {
      shop.test().execute("UPDATE grants SET %s WHERE id = '%s'".formatted(but, id));
    }
    return id;
  }
}
