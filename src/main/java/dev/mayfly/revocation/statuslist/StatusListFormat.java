package dev.mayfly.revocation.statuslist;

import dev.mayfly.credential.ListKind;
import dev.mayfly.key.Alg;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.revocation.list.ListFormat;
import dev.mayfly.revocation.list.ListTimes;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.Revoked;
import dev.mayfly.revocation.list.Turn;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Makes Status List Tokens in JWT form (draft-ietf-oauth-status-list 5.1). The content is the bits
 * themselves.
 */
@ApplicationScoped
public class StatusListFormat implements ListFormat {

  private static final Logger LOG = Logger.getLogger(StatusListFormat.class);
  private static final RingName RING = new RingName(RingName.STATUS_LIST, Alg.ES256);
  private static final String TYPE = "statuslist+jwt";
  private static final int BITS = 1;

  private final Supplier<Optional<SigningKey>> active;
  private final ListTimes times;

  @Inject
  StatusListFormat(KeyRings rings, ListsConfig config) {
    this(() -> rings.active(RING), ListTimes.of(config));
  }

  /** With a key from elsewhere than the rings. */
  public StatusListFormat(Supplier<Optional<SigningKey>> active, ListTimes times) {
    this.active = active;
    this.times = times;
  }

  @Override
  public ListKind kind() {
    return ListKind.STATUS;
  }

  @Override
  public byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn) {
    StatusBits bits = StatusBits.of(content);
    revoked.stream()
        .mapToInt(Revoked::index)
        .filter(index -> holds(bits, index))
        .forEach(bits::set);
    return bits.packed();
  }

  /** One impossible row must not keep every other revocation from being published. */
  private static boolean holds(StatusBits bits, int index) {
    boolean holds = index >= 0 && index < bits.size();
    if (!holds) {
      LOG.errorf("the ledger gave out index %d of a list that has %d", index, bits.size());
    }
    return holds;
  }

  @Override
  public Optional<Signed> sign(Unsigned list, Turn turn) {
    return active
        .get()
        .filter(key -> turn.stateOf(key.id()).equals(Optional.of(KeyState.ACTIVE)))
        .filter(key -> key.notAfter().isAfter(turn.now()))
        .map(key -> sign(key, list, turn.now()));
  }

  private Signed sign(SigningKey key, Unsigned list, Instant at) {
    Instant end = min(at.plus(times.life()), key.notAfter().truncatedTo(ChronoUnit.SECONDS));
    JsonObject header =
        new JsonObject()
            .put("alg", key.alg().joseName())
            .put("kid", key.id().value())
            .put("typ", TYPE);
    JsonObject claims =
        new JsonObject()
            .put("sub", list.uri())
            .put("iat", at.getEpochSecond())
            .put("exp", end.getEpochSecond())
            .put("ttl", times.ttl().toSeconds())
            .put(
                "status_list",
                new JsonObject()
                    .put("bits", BITS)
                    .put("lst", new StatusList(BITS, list.source()).encode()));
    String input = part(header) + "." + part(claims);
    byte[] signature = key.sign(input.getBytes(StandardCharsets.US_ASCII));
    String jwt = input + "." + base64(signature);
    return new Signed(jwt.getBytes(StandardCharsets.US_ASCII), end);
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
