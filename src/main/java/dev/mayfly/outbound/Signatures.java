package dev.mayfly.outbound;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The three headers by which a receiver knows that a body is ours, as Standard Webhooks 1.0 has
 * them: id, time of the try, signatures.
 */
public final class Signatures {

  private Signatures() {}

  /**
   * Signs one body.
   *
   * @param secrets each signs, so that a receiver can change from one to the next
   */
  public static Map<String, String> headers(
      List<WebhookSecret> secrets, String id, Instant at, Buffer body) {
    long timestamp = at.getEpochSecond();
    byte[] bytes = body.getBytes();
    String signatures =
        secrets.stream()
            .map(secret -> secret.sign(id, timestamp, bytes))
            .collect(Collectors.joining(" "));
    return Map.of(
        "webhook-id", id,
        "webhook-timestamp", Long.toString(timestamp),
        "webhook-signature", signatures);
  }
}
