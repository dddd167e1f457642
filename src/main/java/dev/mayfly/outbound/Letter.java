package dev.mayfly.outbound;

import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.util.Map;

/**
 * What is posted, and where to.
 *
 * @param uri judged before by {@link Destinations#isProtected}
 * @param privateToo whether it may lie on this machine or in a private network
 * @param body JSON
 */
public record Letter(URI uri, boolean privateToo, Map<String, String> headers, Buffer body) {

  public Letter {
    headers = Map.copyOf(headers);
  }
}
