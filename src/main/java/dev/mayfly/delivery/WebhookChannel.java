package dev.mayfly.delivery;

import dev.mayfly.outbound.Letter;
import dev.mayfly.outbound.Post;
import dev.mayfly.outbound.Signatures;
import dev.mayfly.outbound.WebhookSecret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

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
    Buffer body = body(message);
    Map<String, String> headers =
        Signatures.headers(secrets, message.id().toString(), clock.instant(), body);
    return post.status(new Letter(uri, privateToo, headers, body)).map(Sent::of);
  }

  private static Buffer body(Message message) {
    return new JsonObject()
        .put("type", message.topic())
        .put("timestamp", message.at().toString())
        .put("data", message.payload())
        .toBuffer();
  }
}
