package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.grant.session.DeviceLogins;
import dev.mayfly.grant.session.DeviceSessions;
import dev.mayfly.grant.session.RefreshTokens;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Meeting;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a login leaves: name, session and what the provider said, all of it or nothing. */
class SessionsTest {

  private static final String ADA = "spiffe://acme.example/people/ada";
  private static final String MARRIED = "spiffe://acme.example/people/ada-married";
  private static final Map<String, Object> CLAIMS =
      Map.of("preferred_username", "ada", "groups", List.of("staff", "engineers"));

  private final ElevationFixture shop = new ElevationFixture();
  private final InstantSource clock = shop::now;
  private final Sessions sessions =
      new Sessions(
          shop.database(),
          new Identities(shop.database(), new AuditLog(clock), clock, IdentityLimits.defaults()),
          new Subjects(clock),
          clock);

  @AfterEach
  void close() {
    shop.close();
  }

  private Outcome<GrantId> open(String name, String subject, Instant authorityEndsAt) {
    return await(opening(name, subject, authorityEndsAt));
  }

  private Uni<Outcome<GrantId>> opening(String name, String subject, Instant authorityEndsAt) {
    Proven proven =
        new Proven(
            name,
            shop.policy().logins("staff").getFirst().entry(),
            CLAIMS,
            Optional.empty(),
            shop.now().plusSeconds(60));
    LoggedIn login =
        new LoggedIn(
            proven,
            "session",
            "staff",
            "https://login.acme.example",
            subject,
            Optional.empty(),
            shop.now(),
            Duration.ofHours(10),
            authorityEndsAt);
    return sessions.open(login, shop.policy(), "");
  }

  private Outcome<GrantId> open(String name, String subject) {
    return open(name, subject, shop.now().plus(Duration.ofDays(30)));
  }

  /** Whatever begins to be written of a session from now on is not written. */
  private void lastStepFails(String table) {
    shop.test()
        .execute("ALTER TABLE %s ADD CONSTRAINT half_way CHECK (false) NOT VALID".formatted(table));
  }

  private void allIsWell(String table) {
    shop.test().execute("ALTER TABLE %s DROP CONSTRAINT half_way".formatted(table));
  }

  private String claimed() {
    return shop.text(
        "SELECT string_agg(i.name || ' ' || p.subject, ', ') FROM people p JOIN identities i ON i.id = p.identity_id");
  }

  private String events(String action) {
    return shop.text("SELECT count(*) FROM audit_events WHERE action = '%s'".formatted(action));
  }

  private Instant claimsAt(GrantId session) {
    return Instant.ofEpochSecond(
        Long.parseLong(
            shop.text(
                "SELECT extract(epoch FROM claims_at)::bigint FROM sessions WHERE grant_id = '%s'"
                    .formatted(session))));
  }

  /** Rule 8 beside it: one event for the name, one for the session. */
  @Test
  void loginClaimsTheName_andTheClaimsAreOfThatMoment() {
    shop.pass(Duration.ofHours(1));
    GrantId session = value(open(ADA, "sub-1"));
    assertThat(claimed()).isEqualTo(ADA + " sub-1");
    assertThat(claimsAt(session)).isEqualTo(shop.now());
    shop.pass(Duration.ofHours(1));
    GrantId second = value(open(ADA, "sub-1"));
    assertThat(claimsAt(second)).isEqualTo(shop.now());
    assertThat(claimsAt(session)).as("said then").isEqualTo(shop.now().minusSeconds(3600));
    assertThat(code(open(ADA, "sub-2"))).isEqualTo("subject-conflict");
    assertThat(events("identity.claim")).isEqualTo("1");
    assertThat(events("grant.activate")).isEqualTo("2");
  }

  /** Nobody asked for a session, as nobody asks for a standing grant: policy gave it. Rule 8. */
  @Test
  void sessionThatRanOutIsEndedAndTold_thoughNobodyRequestedIt() {
    GrantId session = value(open(ADA, "sub-1"));
    shop.pass(Duration.ofHours(10));
    await(shop.reaper().reap());
    assertThat(shop.text("SELECT state FROM grants WHERE id = '%s'".formatted(session)))
        .isEqualTo("EXPIRED");
    assertThat(events("grant.expire")).isEqualTo("1");
    assertThat(
            shop.text(
                "SELECT payload ->> 'identity' || ' ' || (payload ? 'requested_by') FROM outbox WHERE topic = 'grant.expire'"))
        .isEqualTo(ADA + " false");
  }

  @Test
  void nameIsFree_whenNoSessionCameOfIt() {
    assertThat(code(open(ADA, "sub-1", shop.now()))).isEqualTo("identity-inactive");
    assertThat(claimed()).isNull();
    assertThat(events("identity.claim")).isEqualTo("0");
    value(open(ADA, "sub-2"));
    assertThat(claimed()).isEqualTo(ADA + " sub-2");
  }

  @Test
  void nothingIsLeft_whenALoginFailsHalfWay() {
    lastStepFails("sessions");
    assertThatThrownBy(() -> open(ADA, "sub-1")).hasMessageContaining("half_way");
    assertThat(claimed()).isNull();
    assertThat(events("identity.claim")).isEqualTo("0");
    assertThat(events("grant.activate")).isEqualTo("0");
    assertThat(shop.text("SELECT count(*) FROM grants")).isEqualTo("0");
    allIsWell("sessions");
    value(open(ADA, "sub-2"));
  }

  /** Rule 9: that both are one human is known with the new name, and not before. */
  @Test
  void oldNameStays_whenTheNewOneFailsHalfWay() {
    value(open(ADA, "sub-1"));
    shop.test().execute("UPDATE identities SET state = 'RETIRED' WHERE name = '%s'".formatted(ADA));
    lastStepFails("sessions");
    assertThatThrownBy(() -> open(MARRIED, "sub-1")).hasMessageContaining("half_way");
    assertThat(claimed()).isEqualTo(ADA + " sub-1");
    String humans = "SELECT count(*) FROM identities WHERE human IS NOT NULL";
    assertThat(shop.text(humans)).isEqualTo("0");
    allIsWell("sessions");
    shop.pass(Duration.ofDays(1));
    GrantId session = value(open(MARRIED, "sub-1"));
    assertThat(claimed()).isEqualTo(MARRIED + " sub-1");
    assertThat(claimsAt(session)).isEqualTo(shop.now());
    assertThat(shop.text(humans)).isEqualTo("1");
    assertThat(events("identity.claim")).isEqualTo("2");
  }

  /** A device's code is good once; an answer that never was made has not used it. */
  @Test
  void deviceStillGetsItsSession_whenTheFirstTryFailedHalfWay() {
    Person ada = shop.person("ada", "engineers");
    DeviceSessions opened = deviceSessions();
    DeviceLogins.Begun begun = confirmed(ada);
    lastStepFails("refresh_tokens");
    assertThatThrownBy(() -> await(opened.poll(begun.deviceCode(), "key", "")))
        .hasMessageContaining("half_way");
    assertThat(shop.text("SELECT state FROM device_logins")).isEqualTo("CONFIRMED");
    assertThat(events("grant.activate")).isEqualTo("0");
    assertThat(shop.text("SELECT count(*) FROM sessions")).as("the browser's").isEqualTo("1");
    allIsWell("refresh_tokens");
    GrantId session = value(await(opened.poll(begun.deviceCode(), "key", ""))).session();
    assertThat(claimsAt(session)).as("as the browser's").isEqualTo(ElevationFixture.START);
    assertThat(events("grant.activate")).isEqualTo("1");
  }

  /**
   * As a suspension takes them; else it would wait for the session, and the device for its person.
   */
  @Test
  void personIsHeldBeforeTheirSession_whenADeviceGetsOne() throws SQLException {
    Person ada = shop.person("ada", "engineers");
    DeviceSessions opened = deviceSessions();
    DeviceLogins.Begun begun = confirmed(ada);
    value(
        new Meeting(shop.test())
            .at(
                Meeting.identity(ada.id()),
                Meeting.grant(ada.session()),
                opened.poll(begun.deviceCode(), "key", "")));
  }

  /** As a new policy version takes all identities: by id. */
  @Test
  void bothNamesAreHeldInOrder_whenOneTakesOverFromTheOther() throws SQLException {
    value(open(ADA, "sub-1"));
    shop.test().execute("UPDATE identities SET state = 'RETIRED' WHERE name = '%s'".formatted(ADA));
    shop.pass(Duration.ofMinutes(1));
    assertThat(code(open(MARRIED, "sub-9", shop.now()))).isEqualTo("identity-inactive");
    String id = "SELECT id FROM identities WHERE name = '%s'";
    GrantId session =
        value(
            new Meeting(shop.test())
                .at(
                    Meeting.identity(shop.text(id.formatted(ADA))),
                    Meeting.identity(shop.text(id.formatted(MARRIED))),
                    opening(MARRIED, "sub-1", shop.now().plus(Duration.ofDays(30)))));
    assertThat(session).isNotNull();
    assertThat(claimed()).isEqualTo(MARRIED + " sub-1");
  }

  /** Nothing of theirs is left, so nothing lives again when the suspension ends. */
  @Test
  void nobodyLogsIn_whoIsSuspendedOnTheWay() throws SQLException {
    value(open(ADA, "sub-1"));
    String id = shop.text("SELECT id FROM identities WHERE name = '%s'".formatted(ADA));
    Outcome<GrantId> opened =
        new Meeting(shop.test())
            .after(
                Meeting.identity(id),
                "UPDATE identities SET state = 'SUSPENDED' WHERE id = '%s'".formatted(id),
                opening(ADA, "sub-1", shop.now().plus(Duration.ofDays(30))));
    assertThat(code(opened)).isEqualTo("identity-inactive");
    assertThat(shop.text("SELECT count(*) FROM sessions")).as("the first one").isEqualTo("1");
  }

  private DeviceSessions deviceSessions() {
    return new DeviceSessions(
        shop.database(), new RefreshTokens(shop.database(), shop.machine(), LIMITS), clock);
  }

  /** A device's login that this person has said yes to, a minute ago. */
  private DeviceLogins.Begun confirmed(Person by) {
    DeviceLogins devices = new DeviceLogins(shop.database(), LIMITS);
    DeviceLogins.Begun begun =
        value(await(devices.begin(new DeviceLogins.Wanted("key", "192.0.2.7", false, List.of()))));
    value(await(devices.decide(begun.userCode(), by, true)));
    shop.pass(Duration.ofMinutes(1));
    return begun;
  }

  private static final LoginLimits LIMITS =
      new LoginLimits(
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          Duration.ofSeconds(5),
          2,
          10,
          300,
          Duration.ofMinutes(2),
          Duration.ofHours(1),
          Duration.ZERO);
}
