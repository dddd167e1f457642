package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code mayfly login|whoami|logout}: the way to a session, and what is kept of it. */
class LoginCommandTest extends AtAFakeBroker {

  private final AtomicInteger polls = new AtomicInteger();

  @BeforeEach
  void confirmTheSecondTime() {
    broker.page(
        "/oauth/device_authorization",
        asked ->
            FakeBroker.Said.json(
                200,
                Map.of(
                    "device_code",
                    "of-the-device",
                    "user_code",
                    "BCDF-GHJK",
                    "verification_uri",
                    broker.url() + "/login/device",
                    "verification_uri_complete",
                    broker.url() + "/login/device?user_code=BCDF-GHJK",
                    "expires_in",
                    600,
                    "interval",
                    5)));
    broker.page("/oauth/token", asked -> polls.incrementAndGet() == 1 ? pending() : token("1"));
    broker.page(
        "/v1/me",
        asked ->
            FakeBroker.Said.json(
                200,
                Map.of(
                    "name", "spiffe://shop.test/staff/ada",
                    "groups", List.of("engineering"),
                    "role", "mayfly-engineer",
                    "session_ends_at", "2030-01-01T20:00:00Z")));
    broker.page("/oauth/revoke", asked -> FakeBroker.Said.json(200, Map.of()));
  }

  private static FakeBroker.Said pending() {
    return FakeBroker.Said.json(400, Map.of("error", "authorization_pending"));
  }

  private static FakeBroker.Said token(String number) {
    return FakeBroker.Said.json(
        200,
        Map.of(
            "access_token",
            "access-" + number,
            "refresh_token",
            "refresh-" + number,
            "token_type",
            "DPoP",
            "expires_in",
            900));
  }

  @Test
  void personIsLoggedIn_onceTheyHaveConfirmed() throws Exception {
    assertThat(mayfly.run("login")).isZero();
    assertThat(mayfly.err()).contains("/login/device?user_code=BCDF-GHJK", "BCDF-GHJK");
    assertThat(mayfly.out()).contains("spiffe://shop.test/staff/ada", "engineering", "in 9h 59m");
    assertThat(broker.askedAt("/oauth/token")).hasSize(2);
    FakeBroker.Asked me = broker.askedAt("/v1/me").getFirst();
    assertThat(me.header("Authorization")).isEqualTo("DPoP access-1");
    assertThat(me.header("Dpop")).isNotEmpty();

    assertThat(Files.getPosixFilePermissions(sessionFile()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  /** RFC 8628 3.5: each slow_down makes the pauses five seconds longer. */
  @Test
  void pausesGrow_whenTheBrokerSaysSlowDown() {
    broker.page(
        "/oauth/token",
        asked ->
            polls.incrementAndGet() < 3
                ? FakeBroker.Said.json(400, Map.of("error", "slow_down"))
                : token("1"));
    assertThat(mayfly.run("login")).isZero();
    assertThat(Duration.between(CommandRun.START, mayfly.clock.instant()))
        .isEqualTo(Duration.ofSeconds(5 + 10 + 15));
  }

  @Test
  void nobodyIsLoggedIn_whenThePersonRefusesOrIsTooLate() {
    for (String error : List.of("access_denied", "expired_token")) {
      broker.page("/oauth/token", asked -> FakeBroker.Said.json(400, Map.of("error", error)));
      assertThat(mayfly.run("login", "--json")).isEqualTo(4);
      assertThat(mayfly.out()).contains("\"user_code\":\"BCDF-GHJK\"", "\"error\":\"" + error);
    }
    assertThat(mayfly.run("whoami")).isEqualTo(4);
  }

  @Test
  void sessionIsRenewedSilently_whenItsTokenIsNearlyOver() {
    mayfly.run("login");
    broker.page("/oauth/token", asked -> token("2"));
    mayfly.clock.move(Duration.ofMinutes(15));
    assertThat(mayfly.run("whoami", "--json")).isZero();
    assertThat(mayfly.out()).contains("mayfly-engineer");
    assertThat(broker.askedAt("/oauth/token").getLast().form())
        .containsEntry("refresh_token", List.of("refresh-1"));
    assertThat(broker.askedAt("/v1/me").getLast().header("Authorization"))
        .isEqualTo("DPoP access-2");
  }

  @Test
  void sessionIsForgotten_whenTheBrokerSaysThatItHasEnded() throws Exception {
    mayfly.run("login");
    broker.page(
        "/oauth/token", asked -> FakeBroker.Said.json(400, Map.of("error", "invalid_grant")));
    mayfly.clock.move(Duration.ofMinutes(15));
    assertThat(mayfly.run("whoami")).isEqualTo(4);
    assertThat(mayfly.err()).contains("your session has ended", "mayfly login");
    assertThat(sessionFiles()).isEmpty();
  }

  @Test
  void logoutGivesTheSessionBack_andKnowsWhenThereIsNone() throws Exception {
    mayfly.run("login");
    assertThat(mayfly.run("logout")).isZero();
    assertThat(broker.askedAt("/oauth/revoke").getFirst().form())
        .containsEntry("token", List.of("refresh-1"));
    assertThat(sessionFiles()).isEmpty();
    assertThat(mayfly.run("logout", "--json")).isZero();
    assertThat(mayfly.out()).contains("\"logged_out\":false");
  }

  @Test
  void sessionIsRefused_whenOthersMayReadItsFile() throws Exception {
    mayfly.run("login");
    Files.setPosixFilePermissions(sessionFile(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(mayfly.run("whoami")).isEqualTo(2);
    assertThat(mayfly.err()).contains("others may read");
  }

  /** Every command of {@code /v1} speaks in the person's name where no key is given. */
  @Test
  void otherCommandsUseTheSession_whenNoKeyIsNamed() {
    mayfly.run("login");
    broker.page("/v1/grants", asked -> FakeBroker.Said.json(200, Map.of("items", List.of())));
    assertThat(mayfly.run("grants", "list")).isZero();
    assertThat(broker.askedAt("/v1/grants").getFirst().header("Authorization"))
        .isEqualTo("DPoP access-1");
  }

  private Path sessionFile() throws Exception {
    return sessionFiles().getFirst();
  }

  private List<Path> sessionFiles() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("state/mayfly"))) {
      return files.filter(file -> file.toString().endsWith(".json")).toList();
    }
  }
}
