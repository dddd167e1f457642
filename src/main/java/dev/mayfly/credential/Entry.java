package dev.mayfly.credential;

import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Uuids;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What the ledger is asked to record: everything about a credential that is known before the
 * database has spoken.
 *
 * @param name the identity's SPIFFE ID, the actor of the audit event
 * @param audience space-delimited, sorted
 * @param scope space-delimited, sorted
 * @param ttl asked for; the ledger may shorten it, never lengthen
 * @param jkt thumbprint of the key it is bound to (RFC 9449 6.1), or was made out to
 * @param announce whether an outbox message tells of it
 * @param acting who the identity acts for, where it is an agent
 */
public record Entry(
    CredentialId id,
    GrantId grant,
    IdentityId identity,
    String name,
    String kind,
    KeyId key,
    long policyVersion,
    Duration ttl,
    String audience,
    String scope,
    Slot slot,
    Optional<String> jkt,
    Optional<SingleUse> assertion,
    Optional<Idempotency> idempotency,
    String requestId,
    boolean announce,
    Optional<Acting> acting) {

  /**
   * Who an agent acts for.
   *
   * @param person the SPIFFE ID
   */
  public record Acting(String person, String task) {

    /** For the audit event of the mint. */
    String json() {
      return new JsonObject().put("actsFor", person).put("task", task).encode();
    }
  }

  /** An assertion that may be used once until it ends. */
  public record SingleUse(UUID key, Instant until) {

    static Optional<SingleUse> of(Proven proven) {
      return proven.assertionKey().map(key -> new SingleUse(key, proven.assertionUntil()));
    }
  }

  /**
   * A client's Idempotency-Key, hashed with its identity, and the hash of what was asked with it.
   */
  public record Idempotency(UUID key, UUID fingerprint) {

    static Optional<Idempotency> of(
        IdentityId identity, MintRequest request, Optional<String> jkt) {
      Ask ask = request.ask();
      return request
          .idempotencyKey()
          .map(
              key ->
                  new Idempotency(
                      Uuids.hash("idempotency", identity.toString(), key),
                      Uuids.hash(
                          ask.role().orElse(""),
                          Sorted.join(ask.scopes()),
                          Sorted.join(ask.resources()),
                          ask.ttl().map(Duration::toString).orElse(""),
                          ask.form().name(),
                          request.under().map(GrantId::toString).orElse(""),
                          jkt.orElse(""))));
    }
  }
}
