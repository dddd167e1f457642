package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Optional;

/**
 * The keys as this node has last loaded them. Answers from memory, so that verifying and publishing
 * go on while the database is away; whether a key may still sign is asked of the database by the
 * ledger's statement.
 */
@ApplicationScoped
public class KeyRings {

  private static final Jwks EMPTY =
      new Jwks("{\"keys\":[]}".getBytes(StandardCharsets.UTF_8), "\"0\"");

  /** The ring's ACTIVE key; empty while a ring has none that may be used (rule 5). */
  public Optional<SigningKey> active(RingName ring) {
    return Optional.empty();
  }

  /** An ACTIVE or RETIRING key: for signing again what was already recorded under it. */
  public Optional<SigningKey> byId(KeyId id) {
    return Optional.empty();
  }

  /** The public part of a key that relying services may believe now. */
  public Optional<PublicKey> verifier(KeyId id) {
    return Optional.empty();
  }

  /** What is published at the JWKS endpoint. */
  public Jwks jwks() {
    return EMPTY;
  }

  /** Loads what has changed and acknowledges it. */
  public Uni<Void> refresh() {
    return Uni.createFrom().voidItem();
  }
}
