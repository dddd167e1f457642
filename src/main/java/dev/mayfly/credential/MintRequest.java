package dev.mayfly.credential;

import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.store.GrantId;
import java.util.Optional;

/**
 * A proven caller's wish for a credential.
 *
 * @param jkt thumbprint of the key that a DPoP proof was signed with: the credential is bound to it
 * @param under the grant to mint under, for somebody who holds one; a standing one otherwise
 */
public record MintRequest(
    Proven proven,
    Ask ask,
    Optional<String> idempotencyKey,
    Optional<String> jkt,
    Optional<GrantId> under,
    String requestId) {

  /** The same wish by somebody who has shown this key. */
  public MintRequest boundTo(String thumbprint) {
    return new MintRequest(proven, ask, idempotencyKey, Optional.of(thumbprint), under, requestId);
  }
}
