package dev.mayfly.delivery;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells a program, as Standard Webhooks 1.0 has it: body, id, time of the try, signatures. */
final class WebhookChannel implements Channel {

  private final Post post;
  private final InstantSource clock;
  private final URI uri;
  private final boolean privateToo;
  private final List<WebhookSecret> secrets;

  /**
   * Makes one.
   *
   * @param secrets each signs, so that a receiver can change from one to the next
   */
  WebhookChannel(
      Post post, InstantSource clock, URI uri, boolean privateToo, List<WebhookSecret> secrets) {
    this.post = post;
    this.clock = clock;
    this.uri = uri;
    this.privateToo = privateToo;
    this.secrets = List.copyOf(secrets);
  }

  @Override
  public Uni<Sent> send(Message message) {
    byte[] body = body(message).getBytes(StandardCharsets.UTF_8);
    String id = message.id().toString();
    long timestamp = clock.instant().getEpochSecond();
    String signatures =
        secrets.stream()
            .map(secret -> secret.sign(id, timestamp, body))
            .collect(Collectors.joining(" "));
    return post.json(
        uri,
        privateToo,
        Map.of(
            "webhook-id", id,
            "webhook-timestamp", Long.toString(timestamp),
            "webhook-signature", signatures),
        body);
  }

  private static String body(Message message) {
    return new JsonObject()
        .put("type", message.topic())
        .put("timestamp", message.at().toString())
        .put("data", message.payload())
        .encode();
  }
}
