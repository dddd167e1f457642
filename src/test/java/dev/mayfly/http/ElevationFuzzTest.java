package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Requests that nobody's program makes: whatever somebody who is logged in sends, the answer is a
 * success or a problem that says what is wrong with it, never a failure of the broker's own.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ElevationFuzzTest {

  private static final int REQUESTS = 400;

  /** What formats, databases and people's eyes stumble over. */
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a\u0000b",
          "\uD800",
          "\uDC00\uD800",
          "\u202Eevil",
          "\uFEFF",
          "e\u0301",
          "\uD83E\uDEBB",
          "'; DROP TABLE grants; --",
          "<script>alert(1)</script>",
          "${jndi:ldap://x}",
          "%00%0d%0a",
          "../../etc/passwd",
          "orders-admin",
          "orders-admin ",
          "ORDERS-ADMIN",
          "P1Y",
          "PT30M",
          "-5m",
          "99999999999999999999m",
          "2030-13-45T99:99:99Z",
          "+1000000000-01-01T00:00:00Z",
          "x".repeat(5_000),
          "spiffe://shop.test/staff/ada",
          "https://orders.shop.test#x");

  private static final List<String> MEMBERS =
      List.of(
          "roles",
          "duration",
          "reason",
          "ticket",
          "start",
          "scopes",
          "audiences",
          "target",
          "inputs",
          "for",
          "break_glass",
          "confirm",
          "agent",
          "task",
          "nobody-knows-this");

  private static final List<String> ACTS =
      List.of(
          "approve", "deny", "activate", "extend", "end", "review", "history", "cancel", "x", "");

  @Inject Staff staff;

  @Test
  void requestOfAnyShapeIsAnswered() {
    Staff.Member ada = staff.member("fuzz-ada", "engineering");
    for (int seed = 0; seed < REQUESTS; seed++) {
      Random random = new Random(seed);
      String path = pick(random, List.of("/v1/grants", "/v1/grants/ensure"));
      String body = body(random).encode();
      assertAnswered(ada.post(path, mangled(random, body)), "seed " + seed + ": " + body);
    }
  }

  @Test
  void actOfAnyShapeOnAnyGrantIsAnswered() {
    Staff.Member ada = staff.member("fuzz-ada", "engineering");
    Staff.Member grace = staff.member("fuzz-grace", "engineering", "sre");
    String mine =
        ada.post(
                "/v1/grants",
                """
                {"roles": ["orders-admin"], "reason": "order 4711 is stuck",
                 "inputs": {"order": "4711", "region": "eu"}}
                """)
            .path("items[0].id");
    for (int seed = 0; seed < REQUESTS; seed++) {
      Random random = new Random(seed);
      String id =
          pick(random, List.of(mine, UUID.randomUUID().toString(), "0", "null", "%00", "%F0%9F"));
      String path = "/v1/grants/" + id + "/" + pick(random, ACTS);
      JsonObject body =
          new JsonObject().put("reason", value(random, 2)).put("duration", value(random, 1));
      Staff.Member who = random.nextBoolean() ? ada : grace;
      assertAnswered(who.post(path, mangled(random, body.encode())), "seed " + seed + ": " + path);
    }
  }

  private static void assertAnswered(Response answer, String what) {
    assertThat(answer.statusCode()).as(what).isBetween(200, 499);
    if (answer.statusCode() >= 400) {
      assertThat(answer.contentType()).as(what).startsWith("application/problem+json");
      assertThat(new JsonObject(answer.asString()).getString("detail")).as(what).isNotBlank();
    }
  }

  private static JsonObject body(Random random) {
    JsonObject body =
        new JsonObject()
            .put("roles", new JsonArray().add(pick(random, List.of("orders-admin", "logs-reader"))))
            .put("reason", "order 4711 is stuck")
            .put("inputs", new JsonObject().put("order", "4711").put("region", "eu"));
    int changes = random.nextInt(1, 4);
    for (int i = 0; i < changes; i++) {
      body.put(pick(random, MEMBERS), value(random, 3));
    }
    return body;
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0, 1 -> pick(random, TEXTS);
      case 2 -> random.nextLong();
      case 3 -> random.nextBoolean();
      case 4 -> random.nextDouble() * 1e300;
      case 5 -> pick(random, List.of(0, -1, Integer.MAX_VALUE));
      case 6 -> array(random, depth - 1);
      case 7 -> new JsonObject().put(pick(random, TEXTS), value(random, depth - 1));
      default -> new JsonObject().put("order", value(random, depth - 1)).putNull("region");
    };
  }

  private static JsonArray array(Random random, int depth) {
    List<Object> some = new ArrayList<>();
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      some.add(value(random, depth));
    }
    JsonArray array = new JsonArray(some);
    return random.nextInt(5) == 0 ? array.addNull() : array;
  }

  /** Now and then the bytes themselves are broken. */
  private static String mangled(Random random, String json) {
    if (random.nextInt(8) > 0) {
      return json;
    }
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(32, 127);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
