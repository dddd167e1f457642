package dev.mayfly.policy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A people's login: a trust that proves persons by OpenID Connect (code flow with PKCE).
 *
 * @param id of the trust
 * @param issuer compared byte for byte with {@code iss}
 * @param client Mayfly's client id there
 * @param scopes asked for there, {@code openid} among them
 * @param groupsClaim the claim that lists a person's groups; it becomes {@code claims.groups}
 * @param groupPrefix stands before each of them in {@code claims.groups}, so that no other login's
 *     group is one of this one's; may be empty where there is no other login
 * @param managerClaim the claim that names a person's manager, by e-mail or preferred name
 * @param session how long a login lasts at most
 */
public record Login(
    String id,
    String issuer,
    String client,
    Set<String> scopes,
    String groupsClaim,
    String groupPrefix,
    Optional<String> managerClaim,
    Duration session) {

  public Login {
    scopes = Set.copyOf(scopes);
  }
}
