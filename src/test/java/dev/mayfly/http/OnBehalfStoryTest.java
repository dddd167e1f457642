package dev.mayfly.http;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.mayfly.http.Staff.Member;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A request for somebody else, over the wire: who asked, who holds, who begins. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class OnBehalfStoryTest {

  @Inject Staff staff;

  @Test
  void whoAskedForAColleagueSeesIt_andTheColleagueBegins() {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    Member ada = staff.member("ada-" + suffix, "engineering");
    Member grace = staff.member("grace-" + suffix, "engineering", "sre");
    String id =
        grace
            .post(
                "/v1/grants",
                """
                {"roles": ["logs-reader"], "duration": "30m", "reason": "on the phone", "for": "%s"}
                """
                    .formatted(ada.name()))
            .then()
            .statusCode(201)
            .body("items[0].state", equalTo("APPROVED"))
            .body("items[0].identity", equalTo(ada.name()))
            .body("items[0].requested_by", equalTo(grace.name()))
            .extract()
            .path("items[0].id");
    grace.get("/v1/grants/" + id).then().statusCode(200).body("state", equalTo("APPROVED"));
    grace
        .post("/v1/grants/" + id + "/activate", "{}")
        .then()
        .statusCode(403)
        .body("type", containsString("not-the-holder"))
        .body("detail", containsString(ada.name()));
    ada.get("/v1/grants").then().body("items.requested_by", hasItem(grace.name()));
    ada.post("/v1/grants/" + id + "/activate", "{}")
        .then()
        .statusCode(200)
        .body("state", equalTo("ACTIVE"));
    staff
        .member("other-" + suffix, "engineering")
        .post("/v1/grants/" + id + "/activate", "{}")
        .then()
        .statusCode(404);
  }
}
