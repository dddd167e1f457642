package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The second line of a complaint says what to do, and claims no more than is known. */
class HintsTest extends AtAFakeBroker {

  @BeforeEach
  void haveAKey() throws Exception {
    withKey();
  }

  private void tokenEndpointSays(String error, String description) {
    broker.page(
        "/oauth/token",
        asked ->
            FakeBroker.Said.json(400, Map.of("error", error, "error_description", description)));
  }

  /** The answer is the same for both, so that strangers learn nothing from it. */
  @Test
  void whoGetsNothingIsEitherNotEntitled_orItWasTakenBack() {
    tokenEndpointSays("unauthorized_client", "the caller may not do this");
    assertThat(mayfly.run("token", "--role", "orders-writer")).isEqualTo(3);
    assertThat(mayfly.err()).contains("not entitle", "taken it back", "mayfly grants");
  }

  @Test
  void ttlIsWrittenAsADuration() {
    assertThat(mayfly.run("token", "--ttl", "3y")).isEqualTo(2);
    assertThat(mayfly.err()).contains("write 90s, 5m or 1h").doesNotContain("--role");
    assertThat(broker.askedAt("/oauth/token")).isEmpty();
  }

  @Test
  void roleIsNamed_onlyWhereThatIsWhatIsMissing() {
    tokenEndpointSays(
        "invalid_request", "more than one role fits: name one with the role parameter");
    assertThat(mayfly.run("token")).isEqualTo(3);
    assertThat(mayfly.err()).contains("--role says which one");
    tokenEndpointSays("invalid_request", "ttl must be positive");
    assertThat(mayfly.run("token")).isEqualTo(3);
    assertThat(mayfly.err()).doesNotContain("--role");
  }

  @Test
  void joinTokenThatIsDeadIsReplaced_andTheRoleThatWantsACertificateIsToldApart() {
    mayfly.environment.remove("MAYFLY_KEY_FILE");
    mayfly.environment.put("MAYFLY_JOIN_TOKEN", "used-before");
    tokenEndpointSays("invalid_grant", "the assertion was not accepted");
    assertThat(mayfly.run("token")).isEqualTo(3);
    assertThat(mayfly.err())
        .contains("good once", "mayfly join-token create")
        .doesNotContain("used-before");
    tokenEndpointSays("invalid_request", "tokens of this role are bound to the client certificate");
    assertThat(mayfly.run("token")).isEqualTo(3);
    assertThat(mayfly.err()).contains("--cert FILE");
  }

  /** Neither is guessed: what is shown to the wrong one proves nothing, and says who is there. */
  @Test
  void certificateNeedsAName_andAPlaceWhereItIsAskedFor() {
    String certificate = folder.resolve("printer.pem").toString();
    SshPrograms.run(
            "openssl",
            "req",
            "-x509",
            "-nodes",
            "-newkey",
            "ed25519",
            "-subj",
            "/CN=printer",
            "-keyout",
            folder.resolve("key.pem").toString(),
            "-out",
            certificate)
        .well();
    assertThat(mayfly.run("token", "--cert", certificate)).isEqualTo(2);
    assertThat(mayfly.err()).contains("names no SPIFFE ID", "--client");
    assertThat(mayfly.run("token", "--cert", certificate, "--client", "spiffe://shop.test/p"))
        .isEqualTo(3);
    assertThat(mayfly.err()).contains("names no address", "mayfly.http.client-certificate.url");
    assertThat(broker.askedAt("/oauth/token")).isEmpty();
  }

  @Test
  void keyOfNoOperatorIsToldSo() {
    tokenEndpointSays("invalid_target", "the requested resource is not available");
    assertThat(mayfly.run("revoke", "--identity", "x", "--reason", "test")).isEqualTo(3);
    assertThat(mayfly.err())
        .contains(CLIENT + " is no operator", "-k")
        .doesNotContain("--resource");
  }

  @Test
  void whoeverAsksAsNobodyIsNotAuthenticated_whicheverTheCommand() {
    mayfly.environment.remove("MAYFLY_KEY_FILE");
    assertThat(mayfly.run("token")).isEqualTo(4);
    assertThat(mayfly.err()).contains("--key-file", "mayfly run").doesNotContain("mayfly login");
    assertThat(mayfly.run("identities")).isEqualTo(4);
    assertThat(mayfly.err()).contains("--key-file", "mayfly login");
    assertThat(mayfly.run("inbox")).isEqualTo(4);
    assertThat(mayfly.err()).contains("mayfly login");
  }

  /** As after the broker's database has gone: nobody there knows the token that is kept here. */
  @Test
  void sessionThatIsNotKnownThereIsBegunAnew_withoutAnyWordOfKeys() throws Exception {
    mayfly.environment.remove("MAYFLY_KEY_FILE");
    loggedIn();
    broker.page(
        "/v1/roles",
        asked ->
            FakeBroker.Said.json(
                401, Map.of("type", "https://mayfly.dev/problems/invalid-token", "detail", "no")));
    assertThat(mayfly.run("roles")).isEqualTo(4);
    assertThat(mayfly.err()).contains("invalid-token", "mayfly login").doesNotContain("key file");
    tokenEndpointSays("invalid_grant", "the assertion was not accepted");
    assertThat(mayfly.run("run", "--role", "orders-admin", "--", "true")).isEqualTo(4);
    assertThat(mayfly.err()).contains("session has ended", "mayfly login").doesNotContain("ensure");
  }

  private void loggedIn() {
    broker.page(
        "/oauth/device_authorization",
        asked ->
            FakeBroker.Said.json(
                200,
                Map.of(
                    "device_code", "d", "user_code", "BCDF-GHJK", "verification_uri", "http://x")));
    broker.page(
        "/oauth/token",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("access_token", "t", "refresh_token", "r", "expires_in", 900)));
    broker.page("/v1/me", asked -> FakeBroker.Said.json(200, Map.of("name", CLIENT)));
    assertThat(mayfly.run("login")).as(mayfly.err()).isZero();
  }

  @Test
  void helpOfACommandThatIsNotThereIsAComplaint() {
    assertThat(mayfly.run("help", "nosuch")).isEqualTo(2);
    assertThat(mayfly.err()).contains("nosuch");
    assertThat(mayfly.out()).isEmpty();
    assertThat(mayfly.run("revok", "--help")).isEqualTo(2);
    assertThat(mayfly.err()).contains("revoke");
    assertThat(mayfly.run("help", "revoke")).isZero();
  }

  @Test
  void optionBeforeTheCommandIsShownItsPlace() {
    assertThat(mayfly.run("--broker", broker.url(), "ready")).isEqualTo(2);
    assertThat(mayfly.err()).contains("options stand behind their command");
  }

  /** What is fetched before the first word is no part of the watch. */
  @Test
  void watchCountsFromItsFirstWord() throws Exception {
    mayfly.in = broker.token(7);
    broker.page(
        "/.well-known/jwks.json",
        asked -> {
          mayfly.clock.move(Duration.ofSeconds(2));
          return broker.jwks(broker.key);
        });
    mayfly.whileWaiting = () -> broker.revoke(7);
    assertThat(mayfly.run("verify", "-", "-w", "-a", FakeBroker.ORDERS)).isEqualTo(3);
    assertThat(mayfly.out())
        .contains(
            "10:00:02.000  valid", "10:00:07.000  refused  it was revoked, 5s into the watch");
    mayfly.in = broker.token(7);
    assertThat(mayfly.run("verify", "-", "-w", "-a", FakeBroker.ORDERS)).isEqualTo(3);
    assertThat(mayfly.out()).contains("it was revoked").doesNotContain("into the watch");
  }

  @Test
  void idThatIsNoneSaysWhereIdsAreFound() {
    broker.page(
        "/oauth/token",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("access_token", "t", "token_type", "Bearer", "expires_in", 300)));
    broker.page(
        "/v1/revocations",
        asked ->
            FakeBroker.Said.json(
                400, Map.of("type", "https://mayfly.dev/problems/revocation-target")));
    assertThat(mayfly.run("revoke", "--credential", "abc", "--reason", "test")).isEqualTo(3);
    assertThat(mayfly.err()).contains("mayfly identities", "jti");
  }
}
