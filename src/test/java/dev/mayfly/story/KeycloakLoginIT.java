package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * People log in at a real Keycloak, with a browser and by the command, and are logged out in each
 * of the ways there are.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeycloakLoginIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir static Path folder;

  private static SharedDatabase database;
  private static Keycloak keycloak;
  private static BrokerProcess broker;

  @BeforeAll
  static void start() throws IOException {
    int port = BrokerProcess.freePort();
    String issuer = "http://localhost:" + port;
    keycloak = Keycloak.start(folder, issuer);
    database = new SharedDatabase(folder.resolve("database"));
    Path policy =
        Shop.policy(
            folder.resolve("policy.yaml"),
            text ->
                text.replace("http://localhost:8480/dev/login", keycloak.issuer())
                    .replace("[openid, profile, email, groups]", "[openid, profile, email]")
                    .replace("ttl: 15m", "ttl: 1m"));
    Path secret = Files.writeString(folder.resolve("secret"), "known-to-keycloak-and-mayfly\n");
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.put("mayfly.issuer", issuer);
    settings.put("mayfly.policy.file", policy.toString());
    settings.put("mayfly.login.secret-file.staff", secret.toString());
    settings.put("mayfly.login.device-poll", "1s");
    broker = BrokerProcess.start(port, folder, settings);
    keycloak.awaitReady();
  }

  @AfterAll
  static void stop() {
    broker.close();
    keycloak.close();
    database.close();
  }

  @Test
  void personLogsInByBrowserAndCommand_andOutAgain() throws Exception {
    Browser browser = logIn("ada");
    assertThat(browser.page()).contains("spiffe://shop.test/staff/ada", "engineering");

    Terminal terminal = terminal("ada");
    terminal.logIn(browser);
    JsonNode me = terminal.json("whoami");
    assertThat(me.get("name").asText()).isEqualTo("spiffe://shop.test/staff/ada");
    assertThat(me.get("groups").toString()).isEqualTo("[\"engineering\"]");
    assertThat(me.get("role").asText()).isEqualTo("mayfly-engineer");

    assertThat(terminal.run("logout").code()).isZero();
    assertThat(terminal.run("whoami").code()).isEqualTo(4);
    assertThat(browser.open(broker.at("/login")).page()).contains("Logged in");
  }

  /** The story of an elevation by the command, between people whom Keycloak vouches for. */
  @Test
  @Order(1)
  void elevationIsAskedApprovedUsedAndEnded() throws Exception {
    Terminal ada = terminal("ada-asks");
    ada.logIn(logIn("ada"));
    Terminal grace = terminal("grace-decides");
    grace.logIn(logIn("grace"));

    JsonNode asked =
        ada.json(
            "request",
            "orders-admin",
            "--for",
            "10m",
            "--reason",
            "order 4711 is stuck",
            "-i",
            "order=4711",
            "-i",
            "region=eu");
    String id = asked.get("items").get(0).get("id").asText();
    assertThat(ada.run("approve", id, "--reason", "mine").code()).as("rule 9").isNotZero();
    assertThat(grace.run("inbox").out()).contains("orders-admin");
    assertThat(grace.json("approve", id, "--reason", "go on").get("state").asText())
        .isEqualTo("APPROVED");
    assertThat(ada.json("activate", id).get("state").asText()).isEqualTo("ACTIVE");

    String token = useOf(ada).out().strip();
    assertThat(RelyingService.verify(broker, token))
        .containsEntry("sub", "spiffe://shop.test/staff/ada")
        .containsEntry("grant", id);
    assertThat(RelyingService.isRevoked(broker, token)).isFalse();

    assertThat(ada.run("end", id).code()).isZero();
    Eventually.within(SOON, () -> RelyingService.isRevoked(broker, token));
    assertThat(useOf(ada).code()).isNotZero();
  }

  /** A command that is handed the role's token, and tells it. */
  private static Terminal.Ended useOf(Terminal terminal) throws Exception {
    return terminal.run("run", "--role", "orders-admin", "--", "sh", "-c", "printenv MAYFLY_TOKEN");
  }

  @Test
  void wrongPasswordAndUnknownPerson_logNobodyIn() {
    Browser browser = new Browser().open(broker.at("/login"));
    browser.submit(Map.of("username", "ada", "password", "wrong"));
    assertThat(browser.at().toString()).startsWith(keycloak.issuer());
  }

  /** One person through all that a provider can take away: a group, the session, the account. */
  @Test
  void whatTheProviderTakesAway_isGoneHere() throws Exception {
    Browser browser = logIn("grace");
    Terminal terminal = terminal("grace");
    terminal.logIn(browser);
    assertThat(terminal.json("whoami").get("groups").toString()).contains("sre");

    keycloak.leave("grace", "sre");
    terminal.renewAtOnce();
    assertThat(terminal.json("whoami").get("groups").toString()).isEqualTo("[\"engineering\"]");

    keycloak.logOut("grace"); // told by the back channel
    Eventually.within(SOON, () -> terminal.code("whoami") == 4);
    assertThat(browser.open(broker.at("/login")).at().toString()).startsWith(keycloak.issuer());
  }

  @Test
  void sessionEnds_whenTheProviderLocksThePersonOut() throws Exception {
    Browser browser = logIn("joan");
    Terminal terminal = terminal("joan");
    terminal.logIn(browser);
    assertThat(terminal.json("whoami").get("role").asText()).isEqualTo("mayfly-auditor");

    keycloak.disable("joan");
    terminal.renewAtOnce();
    assertThat(terminal.run("whoami").code()).isEqualTo(4);
    assertThat(
            database.count(
                "SELECT count(*) FROM grants WHERE kind = 'SESSION' AND cause = 'refused by provider'"))
        .as("the browser's session, which takes the terminal's with it")
        .isEqualTo(1);
    assertThat(browser.open(broker.at("/login")).at().toString()).startsWith(keycloak.issuer());
  }

  @Test
  void sessionEndsByItself() throws Exception {
    Browser browser = logIn("ada");
    Terminal terminal = terminal("ada-later");
    terminal.logIn(browser);
    assertThat(terminal.code("whoami")).isZero();

    database.execute(
        "UPDATE grants SET expires_at = statement_timestamp(), deadline = statement_timestamp()"
            + " WHERE kind = 'SESSION' AND state = 'ACTIVE'");
    terminal.renewAtOnce();
    assertThat(terminal.code("whoami")).isEqualTo(4);
  }

  private static Browser logIn(String who) {
    Browser browser = new Browser().open(broker.at("/login"));
    assertThat(browser.at().toString()).startsWith(keycloak.issuer());
    browser.submit(Map.of("username", who, "password", who + "-of-the-shop", "credentialId", ""));
    assertThat(browser.at()).as(browser.page()).isEqualTo(broker.at("/login"));
    return browser;
  }

  private static Terminal terminal(String who) {
    return new Terminal(folder.resolve("terminal-" + who), broker);
  }

  /** The JSON of one line. */
  static JsonNode read(String line) throws IOException {
    return JSON.readTree(line);
  }
}
