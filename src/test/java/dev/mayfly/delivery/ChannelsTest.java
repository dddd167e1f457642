package dev.mayfly.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.delivery.LoopbackReceiver.Received;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each kind of channel says, to whom, and which settings it refuses. */
class ChannelsTest {

  private static final String GRANT = "019a0000-0000-7000-8000-000000000001";
  private static final String PAYLOAD =
      "{\"grant\": \"" + GRANT + "\", \"role\": \"db-admin\", \"cause\": \"<!channel> & more\"}";

  private final DeliveryWorld world = new DeliveryWorld();
  private final LoopbackReceiver receiver = new LoopbackReceiver();
  private final LoopbackMailServer mail = new LoopbackMailServer();

  @AfterEach
  void close() {
    mail.close();
    receiver.close();
    world.close();
  }

  @Test
  void othersBelieveOurWebhook_andNotAnAlteredOne() throws IOException, InterruptedException {
    assertThat(Path.of("target/third-party/node_modules/standardwebhooks"))
        .describedAs("run .ci/third-party once: it installs what this needs")
        .exists();
    world.webhook("hook", receiver);
    world.message("grant.request", "grant:1", PAYLOAD);
    world.round(world.node());
    Received seen = receiver.received().getFirst();
    assertThat(verify(seen, seen.body())).isZero();
    assertThat(verify(seen, seen.body().replace("db-admin", "db-owner"))).isNotZero();
  }

  @Test
  void everySecretSigns_soThatAReceiverCanChange() throws IOException, InterruptedException {
    String before = "whsec_" + "b2xk".repeat(10);
    world
        .webhook("hook", receiver)
        .set(
            "channels.hook.secret-file",
            DeliveryWorld.file(before + "\n" + DeliveryWorld.SECRET).toString());
    world.message("grant:1");
    world.round(world.node());
    Received seen = receiver.received().getFirst();
    assertThat(seen.signature().split(" ", -1)).hasSize(2);
    assertThat(verify(seen, seen.body())).isZero();
  }

  private static int verify(Received seen, String body) throws IOException, InterruptedException {
    Path in = Files.createTempFile("webhook", ".json");
    Files.writeString(
        in,
        new JsonObject()
            .put("secret", DeliveryWorld.SECRET)
            .put("body", body)
            .put(
                "headers",
                new JsonObject()
                    .put("webhook-id", seen.id())
                    .put("webhook-timestamp", seen.timestamp())
                    .put("webhook-signature", seen.signature()))
            .encode());
    Process node =
        new ProcessBuilder("node", "src/test/third-party/verify-webhook.mjs")
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Files.createTempFile("webhook", ".out").toFile())
            .start();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return node.exitValue();
  }

  @Test
  void chatGetsPlainTextAndAButton_thatOpensTheGrant() {
    world
        .set("channels.chat.kind", "slack")
        .set("channels.chat.secret-file", DeliveryWorld.file(receiver.uri().toString()).toString())
        .set("channels.chat.private-addresses", "true");
    world.message("grant.request", "grant:1", PAYLOAD);
    world.round(world.node());
    JsonObject said = receiver.received().getFirst().json();
    assertThat(said.getString("text")).isEqualTo("Somebody asks for a role: db-admin");
    JsonArray blocks = said.getJsonArray("blocks");
    assertThat(blocks.getJsonObject(1).getJsonObject("text").getString("type"))
        .isEqualTo("plain_text");
    assertThat(blocks.getJsonObject(1).getJsonObject("text").getString("text"))
        .contains("cause: <!channel> & more");
    JsonObject button = blocks.getJsonObject(2).getJsonArray("elements").getJsonObject(0);
    assertThat(button.getString("url")).isEqualTo(DeliveryWorld.ISSUER + "/grants/" + GRANT);
  }

  /** Who decides by what they read needs who, why, and for what exactly. */
  @Test
  void peopleReadWhoAsksWhy_andForWhatExactly() {
    mailChannel();
    world.message(
        "grant.request",
        "grant:1",
        """
        {"grant": "%s", "role": "db-admin", "identity": "spiffe://shop.test/staff/ada", "identity_id": "%s",
         "requested_by": "spiffe://shop.test/staff/grace", "reason": "the pager went off",
         "inputs": {"table": "orders", "rows": 5}, "scopes": ["db:read", "db:write"], "target": null,
         "expires_at": "2030-01-01T12:00:00.000000Z", "asked": {"stages": ["1 of sre"], "owner": "dba"}}
        """
            .formatted(GRANT, GRANT));
    world.round(world.node()); // messages of two keys in one round arrive in either order
    world.message("grant.request", "grant:2", "{\"identity\": \"ada\", \"requested_by\": \"ada\"}");
    world.round(world.node());
    assertThat(mail.mails().getFirst())
        .contains("identity: spiffe://shop.test/staff/ada", "reason: the pager went off")
        .contains("requested by: spiffe://shop.test/staff/grace")
        .contains("inputs: rows=5  table=orders", "scopes: db:read db:write")
        .contains("expires at: 2030-01-01T12:00:00.000000Z", "asked: owner=dba  stages=1 of sre")
        .doesNotContain("identity id", "target:");
    assertThat(mail.mails().getLast()).contains("identity: ada").doesNotContain("requested by");
  }

  private void mailChannel() {
    world
        .set("channels.people.kind", "mail")
        .set("channels.people.url", mail.uri())
        .set("channels.people.from", "mayfly@broker.test")
        .set("channels.people.to", "owner@shop.test,deputy@shop.test");
  }

  @Test
  void mailReachesEverybody_asPlainText() {
    mailChannel();
    UUID id = world.message("grant.break-glass", "grant:1", PAYLOAD);
    world.round(world.node());
    assertThat(world.deliveries()).containsExactly("people DELIVERED 1");
    assertThat(mail.mails()).hasSize(1);
    assertThat(mail.mails().getFirst())
        .contains("RCPT TO:<owner@shop.test>", "RCPT TO:<deputy@shop.test>")
        .contains("Subject: [Mayfly] Break-glass", "X-Mayfly-Message: " + id)
        .contains("text/plain")
        .contains(GRANT);
  }

  @Test
  void headersStayOurs_whenAFactHoldsLineBreaks() {
    mailChannel();
    world.message("grant.request", "grant:1", "{\"role\": \"x\\r\\nBcc: all@shop.test\"}");
    world.round(world.node());
    assertThat(mail.mails().getFirst().lines()).noneMatch(line -> line.startsWith("Bcc:"));
  }

  @Test
  void mailIsTriedAgain_whenTheServerRefusesOrSaysNothing() {
    world.set("timeout", "700ms");
    mailChannel();
    Courier node = world.node();
    world.message("grant.request", "grant:1", PAYLOAD);
    mail.mood(LoopbackMailServer.Mood.REFUSES);
    world.round(node);
    assertThat(world.deliveries().getFirst()).startsWith("people PENDING 1 failed: ");

    mail.mood(LoopbackMailServer.Mood.SILENT);
    world.clock(Duration.ofMinutes(1));
    world.round(node);
    assertThat(world.deliveries().getFirst()).startsWith("people PENDING 2 ");

    mail.mood(LoopbackMailServer.Mood.TAKES);
    world.clock(Duration.ofMinutes(2));
    world.round(node);
    assertThat(world.deliveries()).containsExactly("people DELIVERED 3");
    assertThat(mail.mails()).hasSize(1);
  }

  @Test
  void settingsAreRefused_whenTheyAreNotSafe() throws IOException {
    world.webhook("hook", receiver);
    refused("url", "http://example.com/hook", "url must be https");
    refused("topics", "grant.%", "topics: not a topic");
    refused("secret-file", DeliveryWorld.file("none").toString(), "a webhook's secret is whsec_");
    refused("private-addresses", "false", "url leads to this machine");
    Path open = DeliveryWorld.file(DeliveryWorld.SECRET);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    refused("secret-file", open.toString(), "may be read by others");
  }

  private void refused(String setting, String value, String sentence) {
    world.webhook("hook", receiver);
    world.set("channels.hook.topics", "*").set("channels.hook." + setting, value);
    assertThatThrownBy(world::routes)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void pauseDoublesUpToItsCap_andIsNeverLessThanHalf() {
    Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofHours(1));
    assertThat(backoff.after(1, 1)).isEqualTo(Duration.ofSeconds(5));
    assertThat(backoff.after(1, 0)).isEqualTo(Duration.ofMillis(2500));
    assertThat(backoff.after(4, 1)).isEqualTo(Duration.ofSeconds(40));
    assertThat(backoff.after(4_000, 1)).isEqualTo(Duration.ofHours(1));
  }
}
