package dev.mayfly.key;

import dev.mayfly.Etag;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.KeyId;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What a node has loaded of the rings at one version: immutable, swapped whole. */
final class KeyView {

  static final KeyView EMPTY = new KeyView(0, List.of(), Instant.MIN);

  private final long version;
  private final Map<KeyId, Loaded> keys = new LinkedHashMap<>();
  private final Map<RingName, SigningKey> active = new HashMap<>();
  private final Jwks jwks;

  /**
   * @param loaded PREPARED, ACTIVE and RETIRING keys in the order in which they are published, and
   *     TAINTED ones that go on signing lists
   * @param now the database's clock when they were read
   */
  KeyView(long version, List<Loaded> loaded, Instant now) {
    this.version = version;
    for (Loaded key : loaded) {
      keys.put(key.id(), key);
      if (key.state() == KeyState.ACTIVE && now.isBefore(key.notAfter())) {
        key.opened().ifPresent(signing -> active.put(key.ring(), signing));
      }
    }
    this.jwks = publish(loaded);
  }

  long version() {
    return version;
  }

  Jwks jwks() {
    return jwks;
  }

  Optional<SigningKey> active(RingName ring) {
    return Optional.ofNullable(active.get(ring));
  }

  Optional<SigningKey> used(KeyId id) {
    return known(id)
        .filter(key -> key.state() == KeyState.ACTIVE || key.state() == KeyState.RETIRING)
        .flatMap(Loaded::opened);
  }

  Optional<SigningKey> signing(KeyId id) {
    return known(id).filter(key -> key.state() != KeyState.TAINTED).flatMap(Loaded::opened);
  }

  Optional<SigningKey> forLists(KeyId id) {
    return known(id).filter(key -> key.state() != KeyState.PREPARED).flatMap(Loaded::opened);
  }

  List<RingKey> keys(String purpose) {
    return keys.values().stream()
        .filter(key -> key.ring().purpose().equals(purpose))
        .map(key -> new RingKey(key.id(), key.ring(), key.state(), key.notAfter(), key.verifier()))
        .toList();
  }

  Optional<PublicKey> verifier(KeyId id) {
    return known(id).filter(key -> key.state() != KeyState.TAINTED).map(Loaded::verifier);
  }

  Optional<Loaded> known(KeyId id) {
    return Optional.ofNullable(keys.get(id));
  }

  /** Why some private part could not be opened here, if one could not. */
  Optional<Refusal> notOpened() {
    return keys.values().stream()
        .map(Loaded::signing)
        .mapMulti(
            (Outcome<SigningKey> signing, Consumer<Refusal> into) -> {
              if (signing instanceof Outcome.Refused<SigningKey>(Refusal why)) {
                into.accept(why);
              }
            })
        .findFirst();
  }

  private static Jwks publish(List<Loaded> loaded) {
    String json =
        loaded.stream()
            .filter(key -> key.ring().isJose() && key.state() != KeyState.TAINTED)
            .map(key -> key.publicKey().json())
            .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new Jwks(bytes, Etag.of(bytes));
  }

  /**
   * One key as loaded.
   *
   * @param signing refused when this node's custody could not open it
   */
  record Loaded(
      RingName ring,
      KeyState state,
      Instant notAfter,
      PublicJwk publicKey,
      PublicKey verifier,
      Outcome<SigningKey> signing) {

    KeyId id() {
      return publicKey.id();
    }

    Optional<SigningKey> opened() {
      return signing instanceof Outcome.Ok<SigningKey>(SigningKey key)
          ? Optional.of(key)
          : Optional.empty();
    }

    Loaded in(KeyState other) {
      return new Loaded(ring, other, notAfter, publicKey, verifier, signing);
    }
  }
}
