package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.NIGHTLY_REPORT;
import static dev.mayfly.http.Shop.OPERATOR;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tells the whole story, with every mistake a careless client makes with its secrets, and then
 * looks for each of them in the log, in every table and in every answer (rule 8).
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class SecrecyTest {

  private static final int FEWEST_ROWS = 30;

  private final Secrets secrets = new Secrets();
  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final List<String> answers = new ArrayList<>();
  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger("dev.mayfly");
  private final Handler ear = new Ear();

  /** Hears everything that a log could show: message, parameters, exceptions, MDC. */
  private final class Ear extends Handler {
    private final PatternFormatter everything = new PatternFormatter("%p %c %X %s%e");

    @Override
    public void publish(LogRecord entry) {
      String parameters =
          entry.getParameters() == null ? "" : Arrays.toString(entry.getParameters());
      logged.add(everything.format(ExtLogRecord.wrap(entry)) + parameters);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** Keeps every answer but the one that is meant to hold a secret. */
  private final class Witness implements Filter {
    @Override
    public Response filter(
        FilterableRequestSpecification request,
        FilterableResponseSpecification expected,
        FilterContext context) {
      Response answer = context.next(request, expected);
      boolean token = answer.statusCode() == 200 && request.getURI().contains("/oauth/token");
      if (!token) {
        answers.add(answer.getHeaders() + "\n" + answer.asString());
      }
      return answer;
    }
  }

  @BeforeEach
  void listen() {
    root.addHandler(ear);
    ours.setLevel(Level.ALL);
    RestAssured.filters(new Witness());
  }

  @AfterEach
  void stopListening() {
    root.removeHandler(ear);
    ours.setLevel(Level.INFO);
    RestAssured.replaceFiltersWith(List.of());
  }

  @Test
  void noSecretIsFoundAnywhere_afterTheWholeStory() throws Exception {
    tellTheStory();
    tellTheMistakes();
    try (Connection database = connect()) {
      secrets.addSigningKeys(database);
      addKeysOfClients();
      assertThat(secrets.size()).isGreaterThan(FEWEST_ROWS);

      assertThat(logged).isNotEmpty().allSatisfy(this::holdsNoSecret);
      assertThat(answers).isNotEmpty().allSatisfy(this::holdsNoSecret);
      int rows = searchTables(database);
      assertThat(rows).as("rows searched").isGreaterThan(FEWEST_ROWS);
    }
  }

  /** The search itself can fail: what is planted is found. */
  @Test
  void plantedSecretIsFound() throws Exception {
    String token = known("token", CHECKOUT.freshToken());
    Logger.getLogger("dev.mayfly.planted").info("oops " + token);
    assertThat(logged).anyMatch(line -> secrets.in(line).isPresent());
    assertThat(
            secrets.in(
                java.util.HexFormat.of()
                    .formatHex(token.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .substring(token.lastIndexOf('.') * 2 + 2)))
        .isPresent();
  }

  private void tellTheStory() {
    String assertion = known("assertion", CHECKOUT.assertion());
    String token = known("token", Shop.tokenFor(assertion).path("access_token"));
    Shop.tokenFor(assertion).then().statusCode(401);
    String federated = known("federated assertion", Shop.pipelineProof().signed(Shop.CI.key()));
    known("pipeline's token", Shop.federatedToken(federated).path("access_token"));
    Shop.federatedToken(federated).then().statusCode(400);

    introspect(ORDERS, token);
    introspect(NIGHTLY_REPORT, token);
    form(CHECKOUT).formParam("token", token).post("/oauth/revoke").then().statusCode(200);
    introspect(ORDERS, token);

    String operator = known("operator's token", OPERATOR.freshToken());
    String other = known("token", NIGHTLY_REPORT.freshToken());
    given()
        .auth()
        .oauth2(operator)
        .contentType(ContentType.JSON)
        .body(
            Map.of(
                "scope",
                "credential",
                "target",
                Tokens.claims(other).get("jti"),
                "reason",
                "leaked"))
        .post("/v1/revocations")
        .then()
        .statusCode(201);
    for (String path : List.of("grants", "identities", "keys", "audit", "policy", "info")) {
      given().auth().oauth2(operator).get("/v1/" + path).then().statusCode(200);
    }
    for (String path :
        List.of("/status-lists", "/.well-known/jwks.json", "/metrics", "/health/ready")) {
      given().get(path);
    }
  }

  /** Secrets where they do not belong: the broker must not repeat them. */
  private void tellTheMistakes() {
    String token = known("misplaced token", CHECKOUT.freshToken());
    String assertion = known("misplaced assertion", CHECKOUT.assertion());
    String operator = known("operator's token", OPERATOR.freshToken());
    given().queryParam("access_token", token).get("/v1/info");
    given().queryParam("client_assertion", assertion).post("/oauth/token");
    given().auth().oauth2(token).get("/v1/info").then().statusCode(401);
    given().auth().oauth2(operator).get("/v1/grants/" + token).then().statusCode(404);
    given().auth().oauth2(operator).queryParam("after", token).get("/v1/audit");
    given().auth().oauth2(operator).queryParam("subject", "x").get("/" + token);
    given().header("X-Request-Id", token).get("/nowhere");
    given().get("/status-lists/" + token);
    for (String parameter : List.of("role", "scope", "resource", "ttl", "client_id")) {
      form(CHECKOUT)
          .formParam("grant_type", "client_credentials")
          .formParam(parameter, token)
          .post("/oauth/token")
          .then()
          .statusCode(parameter.equals("client_id") ? 401 : 400);
    }
    form(CHECKOUT).formParam("grant_type", token).post("/oauth/token").then().statusCode(400);
    given()
        .auth()
        .oauth2(operator)
        .contentType(ContentType.JSON)
        .body(Map.of("scope", token, "target", token, "reason", "r", "more", token))
        .post("/v1/revocations")
        .then()
        .statusCode(400);
    form(CHECKOUT)
        .header("Idempotency-Key", "k-1")
        .formParam("grant_type", "client_credentials")
        .post("/oauth/token");
    Shop.tokenFor(assertion.substring(0, assertion.length() - 3)).then().statusCode(401);
    Shop.federatedToken(token).then().statusCode(400);
    Shop.federatedToken(assertion).then().statusCode(400);
  }

  private void introspect(Shop who, String token) {
    form(who).formParam("token", token).post("/oauth/introspect").then().statusCode(200);
  }

  private io.restassured.specification.RequestSpecification form(Shop who) {
    return Shop.form(known("assertion", who.assertion()));
  }

  private String known(String what, String jwt) {
    secrets.addJwt(what, jwt);
    return jwt;
  }

  private void addKeysOfClients() throws Exception {
    for (Shop who : Shop.values()) {
      secrets.addKey("key of " + who, who.key());
    }
    secrets.addText("key-encryption key", Files.readString(Path.of("keys-dev/kek")).strip());
  }

  private void holdsNoSecret(String text) {
    assertThat(secrets.in(text))
        .as(() -> text.substring(0, Math.min(200, text.length())))
        .isEmpty();
  }

  private int searchTables(Connection database) throws SQLException {
    int rows = 0;
    for (String table : tables(database)) {
      try (ResultSet found =
          database.createStatement().executeQuery("SELECT t::text FROM \"" + table + "\" t")) {
        while (found.next()) {
          String row = found.getString(1);
          assertThat(secrets.in(row)).as(table).isEmpty();
          rows++;
        }
      }
    }
    return rows;
  }

  private static List<String> tables(Connection database) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet found =
        database
            .createStatement()
            .executeQuery(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")) {
      while (found.next()) {
        tables.add(found.getString(1));
      }
    }
    return tables;
  }

  private static Connection connect() throws SQLException {
    var config = ConfigProvider.getConfig();
    return DriverManager.getConnection(
        "jdbc:" + config.getValue("quarkus.datasource.reactive.url", String.class),
        config.getValue("quarkus.datasource.username", String.class),
        config.getValue("quarkus.datasource.password", String.class));
  }
}
