package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.Wish;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is told of a grant: people by name, what they get of the role, and times as the API has
 * them.
 */
class MessagesTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Person joan = shop.person("joan", "security");

  @AfterEach
  void close() {
    shop.close();
  }

  /** From the first to the last: each stands alone for who reads it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "grant.request",
        "grant.approve",
        "grant.activate",
        "grant.ending",
        "grant.expire"
      })
  void messageNamesTheHolder_andSaysWhyAndForWhat(String topic) {
    Grant grant = lived();
    JsonObject told = told(topic, grant);
    assertThat(told.getString("identity")).isEqualTo(ada.name());
    assertThat(told.getString("identity_id")).isEqualTo(ada.id().toString());
    assertThat(told.getString("requested_by")).isEqualTo(ada.name());
    assertThat(told.getString("role")).isEqualTo("database");
    assertThat(told.getString("reason")).isEqualTo("the pager went off");
    assertThat(told.getString("ticket")).isEqualTo("OPS-7");
    assertThat(told.getString("target")).isEqualTo("shard 3");
    assertThat(told.getJsonObject("inputs")).isEqualTo(JsonObject.of("table", "orders"));
    assertThat(told.getJsonArray("scopes")).isEqualTo(JsonArray.of("db:read"));
    assertThat(told.fieldNames())
        .as("one style, the API's")
        .allMatch(name -> name.matches("[a-z]+(_[a-z]+)*"))
        .doesNotContain("acts_for", "task");
  }

  @ParameterizedTest
  @ValueSource(strings = {"grant.activate", "grant.ending"})
  void endIsTold_asAnInstantInUtc(String topic) {
    Grant grant = lived();
    String end = told(topic, grant).getString("expires_at");
    assertThat(end).endsWith("Z");
    assertThat(Instant.parse(end)).isEqualTo(ElevationFixture.START.plus(Duration.ofMinutes(30)));
    assertThat(told("grant.expire", grant).fieldNames()).doesNotContain("expires_at");
  }

  @Test
  void messageOfAnAgentsGrantNamesItsPersonAndTask() {
    Grant asked = value(shop.delegate(ada, wish("database"), "chore 7"));
    JsonObject told = told("grant.request", asked);
    assertThat(told.getString("acts_for")).isEqualTo(ada.name());
    assertThat(told.getString("task")).isEqualTo("chore 7");
    assertThat(told.getString("identity")).isEqualTo("spiffe://acme.example/agents/helper");
  }

  /**
   * Whoever was skipped reads it in the message of that moment, not in the one of the day after.
   */
  @Test
  void messageOfABreakGlassSaysByWhenItIsReviewed() {
    Grant taken =
        value(await(shop.elevations().request(breakGlass(), List.of(wish("deploy"))))).getFirst();
    JsonObject told = told("grant.break-glass", taken);
    assertThat(Instant.parse(told.getString("review_by")))
        .isEqualTo(ElevationFixture.START.plus(Duration.ofDays(1)));
    assertThat(told("grant.activate", taken).getString("review_by"))
        .isEqualTo(told.getString("review_by"));
    assertThat(told("grant.request", lived()).fieldNames()).doesNotContain("review_by");
  }

  private Elevations.Asking breakGlass() {
    return new Elevations.Asking(ada, ada, shop.policy(), Elevations.Manner.BREAK_GLASS, "");
  }

  private Grant lived() {
    Grant asked =
        value(await(shop.elevations().request(shop.asking(ada), List.of(narrowed())))).getFirst();
    value(shop.approve(asked, grace));
    value(shop.approve(asked, joan));
    Grant active = value(shop.activate(asked, ada));
    shop.pass(Duration.ofMinutes(29));
    await(shop.reaper().reap());
    shop.pass(Duration.ofMinutes(1));
    await(shop.reaper().reap());
    return active;
  }

  private static Wish narrowed() {
    return new Wish(
        "database",
        Optional.of(Duration.ofMinutes(30)),
        "the pager went off",
        Optional.of("OPS-7"),
        Optional.empty(),
        Set.of("db:read"),
        List.of(),
        Optional.of("shard 3"),
        Map.of("table", "orders"),
        Map.of());
  }

  private JsonObject told(String topic, Grant grant) {
    return new JsonObject(
        shop.text(
            "SELECT payload FROM outbox WHERE topic = '%s' AND key = 'grant:%s'"
                .formatted(topic, grant.id())));
  }
}
