package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import java.time.Instant;
import java.util.Optional;

/**
 * What the ledger holds of one credential and a signature may say: nothing else goes into it.
 *
 * @param client the SPIFFE ID of who holds it
 * @param acting who the client acts for, where it is an agent
 * @param audience space-delimited
 * @param scope space-delimited
 * @param jkt thumbprint of the key it is bound to or made out to; none: whoever holds it may use it
 */
public record Facts(
    CredentialId id,
    GrantId grant,
    String client,
    Optional<Entry.Acting> acting,
    String audience,
    String scope,
    Instant issuedAt,
    Instant expiresAt,
    Slot slot,
    Optional<String> jkt) {

  static Facts of(Entry entry, Verdict.Recorded recorded) {
    return new Facts(
        entry.id(),
        entry.grant(),
        entry.name(),
        entry.acting(),
        entry.audience(),
        entry.scope(),
        recorded.issuedAt(),
        recorded.expiresAt(),
        entry.slot(),
        entry.jkt());
  }

  /** Whose right it is: the person's where an agent acts (RFC 8693 4.1), the client's else. */
  public String subject() {
    return acting.map(Entry.Acting::person).orElse(client);
  }
}
