package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import java.time.Duration;
import java.util.Optional;

/**
 * A credential as it is handed out, and what was given of what was asked (RFC 6749 5.1).
 *
 * @param token the signed credential; exists nowhere else
 * @param expiresIn whole seconds from its issue to its end
 * @param scope space-delimited
 * @param audience space-delimited
 * @param jkt thumbprint of the key it is bound to
 */
public record Minted(
    String token,
    Duration expiresIn,
    String scope,
    String audience,
    String role,
    GrantId grant,
    CredentialId id,
    Optional<String> jkt) {

  /** Without the token. */
  @Override
  public String toString() {
    return "Minted[" + id + " under grant " + grant + "]";
  }
}
