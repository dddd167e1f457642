package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.StaffProvider.Somebody;
import dev.mayfly.store.Database;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One human has one name here, whatever their provider calls them in the meantime (rule 9). */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class OneNameTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Inject Database database;

  private final Somebody ada =
      new Somebody(
          "ada-" + UUID.randomUUID(), UUID.randomUUID().toString(), List.of("engineering"));

  @BeforeEach
  void providerBehaves() {
    StaffProvider.reset();
  }

  @Test
  void nobodyIsLoggedInUnderASecondName_untilTheFirstIsRetired() {
    new Visitor().logIn(ada).then().statusCode(303);
    StaffProvider.changing(token -> token.claim("preferred_username", ada.name() + "-married"));

    Visitor renamed = new Visitor();
    renamed.logIn(ada).then().statusCode(403);
    assertThat(renamed.cookies()).doesNotContainKey("mayfly-session");
    assertThat(claims(ada.name())).isEqualTo(1);

    retire(ada.name());
    renamed.logIn(ada).then().statusCode(303);
    assertThat(claims(ada.name())).isEqualTo(2);
    assertThat(names(ada.name())).as("both are one human (rule 9)").isEqualTo(2);
    StaffProvider.reset();
    new Visitor().logIn(ada).then().statusCode(403); // retired is for good
  }

  @Test
  void nobodyIsLoggedInUnderTheNameOfAnother_evenWhenTheyHaveLeft() {
    new Visitor().logIn(ada).then().statusCode(303);
    StaffProvider.changing(token -> token.claim("sub", "a-newcomer-" + ada.name()));

    new Visitor().logIn(ada).then().statusCode(403);
    retire(ada.name());
    new Visitor().logIn(ada).then().statusCode(403);
  }

  @Test
  void personComesInAgain_underTheSameName() {
    new Visitor().logIn(ada).then().statusCode(303);
    new Visitor().logIn(ada).then().statusCode(303);
    assertThat(claims(ada.name())).isEqualTo(1);
  }

  /** As an operator does it. */
  private static void retire(String username) {
    String id =
        Shop.operator()
            .queryParam("name", "spiffe://shop.test/staff/" + username)
            .get("/v1/identities")
            .path("items[0].id");
    act(id, "retire").statusCode(409); // who is let in must be put out first
    Shop.operator()
        .contentType(ContentType.JSON)
        .body(Map.of("scope", "identity", "target", id, "reason", "renamed"))
        .post("/v1/revocations")
        .then()
        .statusCode(201);
    act(id, "retire").statusCode(200).body("state", equalTo("RETIRED"));
    act(id, "resume").statusCode(409);
  }

  private static ValidatableResponse act(String identity, String act) {
    return Shop.operator()
        .contentType(ContentType.JSON)
        .body(Map.of("reason", "renamed"))
        .post("/v1/identities/" + identity + "/" + act)
        .then();
  }

  /** How many names there are of the human who first had this one. */
  private long names(String username) {
    return database
        .run(
            "SELECT count(*) FROM identities i, mayfly_names_of(i.id) WHERE i.name = $1",
            Tuple.of("spiffe://shop.test/staff/" + username))
        .await()
        .atMost(LIMIT)
        .iterator()
        .next()
        .getLong(0);
  }

  /** Rule 8: one event each time a subject and a name come together. */
  private long claims(String subject) {
    return database
        .run(
            "SELECT count(*) FROM audit_events WHERE action = 'identity.claim' AND detail ->> 'sub' = $1",
            Tuple.of(subject))
        .await()
        .atMost(LIMIT)
        .iterator()
        .next()
        .getLong(0);
  }
}
