package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** What operators see of deliveries at the wire. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class DeliveriesTest {

  private static final String DEAD = "019a0000-0000-7000-8000-00000000dead";

  @Inject Pool pool;

  @Test
  void operatorSeesTheDead_andReplaysThemOnce() {
    pool.query(
            """
            WITH message AS (
              INSERT INTO outbox (id, at, topic, key, payload, queued)
              VALUES ('%1$s', mayfly_now(), 'grant.deny', 'grant:1', '{}', true) RETURNING *)
            INSERT INTO deliveries (id, message_id, message_at, seq, topic, key, channel, state, tries, next_at, changed_at,
                                    last_error)
            SELECT id, id, at, seq, topic, key, 'hook', 'DEAD', 16, at, at, 'answered 500' FROM message
            """
                .formatted(DEAD))
        .executeAndAwait();
    Shop.operator()
        .get("/v1/deliveries?state=DEAD&channel=hook")
        .then()
        .statusCode(200)
        .body("items", hasSize(1))
        .body("items[0].id", equalTo(DEAD))
        .body("items[0].last_error", equalTo("answered 500"));
    Shop.operator()
        .post("/v1/deliveries/" + DEAD + "/replay")
        .then()
        .statusCode(200)
        .body("state", equalTo("PENDING"))
        .body("tries", equalTo(0));
    Shop.operator().post("/v1/deliveries/" + DEAD + "/replay").then().statusCode(409);
    Shop.operator()
        .get("/v1/audit?subject=delivery:" + DEAD)
        .then()
        .body("items", hasSize(1))
        .body("items[0].action", equalTo("delivery.replay"));
  }

  @Test
  void strangersAndNonsenseAreRefused() {
    given().get("/v1/deliveries").then().statusCode(401);
    given().post("/v1/deliveries/" + DEAD + "/replay").then().statusCode(401);
    Shop.operator().get("/v1/deliveries?state=LOST").then().statusCode(400);
    Shop.operator().post("/v1/deliveries/nonsense/replay").then().statusCode(404);
  }
}
