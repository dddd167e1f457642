package dev.mayfly.revocation.statuslist;

import dev.mayfly.key.Alg;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes Status List Tokens in JWT form (draft-ietf-oauth-status-list 5.1). */
@ApplicationScoped
class ListSigner {

  private static final RingName RING = new RingName(RingName.STATUS_LIST, Alg.ES256);
  private static final String TYPE = "statuslist+jwt";
  private static final int BITS = 1;

  private final Supplier<Optional<SigningKey>> active;
  private final ListTimes times;

  @Inject
  ListSigner(KeyRings rings, ListsConfig config) {
    this(() -> rings.active(RING), ListTimes.of(config));
  }

  ListSigner(Supplier<Optional<SigningKey>> active, ListTimes times) {
    this.active = active;
    this.times = times;
  }

  /** A signed list and the end it states. */
  record Signed(String jwt, Instant expiresAt) {}

  /** The key for one publication; empty while the ring has none. */
  Optional<SigningKey> key() {
    return active.get();
  }

  /**
   * Signs; takes milliseconds for a full list, so not on an event loop.
   *
   * @param at the list's {@code iat}, whole seconds
   * @param uri the list's URI, byte for byte as in the credentials
   */
  Signed sign(SigningKey key, String uri, Instant at, StatusBits bits) {
    Instant end = min(at.plus(times.life()), key.notAfter().truncatedTo(ChronoUnit.SECONDS));
    JsonObject header =
        new JsonObject()
            .put("alg", key.alg().joseName())
            .put("kid", key.id().value())
            .put("typ", TYPE);
    JsonObject claims =
        new JsonObject()
            .put("sub", uri)
            .put("iat", at.getEpochSecond())
            .put("exp", end.getEpochSecond())
            .put("ttl", times.ttl().toSeconds())
            .put(
                "status_list",
                new JsonObject()
                    .put("bits", BITS)
                    .put("lst", new StatusList(BITS, bits.packed()).encode()));
    String input = part(header) + "." + part(claims);
    byte[] signature = key.sign(input.getBytes(StandardCharsets.US_ASCII));
    return new Signed(input + "." + base64(signature), end);
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static String part(JsonObject json) {
    return base64(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
