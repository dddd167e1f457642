package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who has lost a way to prove themselves with a new version of the policy: a client whose key was
 * taken out, or who is let in by something else now. What Mayfly certified on the strength of it
 * must not go on proving them, or whoever stole that key would renew for ever.
 */
final class TakenBackProofs {

  private TakenBackProofs() {}

  /**
   * The SPIFFE IDs of those that are in both versions.
   *
   * @param before empty where this build cannot read what was active: whoever could have lost one
   */
  static Set<String> of(Optional<Policy> before, Policy next) {
    Map<String, Proving> now = byName(next.identities().values());
    return before
        .map(old -> byName(old.identities().values()))
        .map(
            old ->
                now.entrySet().stream()
                    .filter(
                        one ->
                            Optional.ofNullable(old.get(one.getKey()))
                                .filter(had -> !holdsAllOf(one.getValue(), had))
                                .isPresent())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet()))
        .orElseGet(() -> Set.copyOf(now.keySet()));
  }

  /** Those who come in by a certificate of Mayfly's, once they have proved themselves otherwise. */
  private static Map<String, Proving> byName(Collection<IdentityEntry> entries) {
    return entries.stream()
        .map(IdentityEntry::proving)
        .flatMap(proving -> name(proving).map(name -> Map.entry(name, proving)).stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one));
  }

  private static Optional<String> name(Proving proving) {
    return switch (proving) {
      case Proving.PrivateKeyJwt client -> Optional.of(client.spiffeId());
      case Proving.Join join -> Optional.of(join.spiffeId());
      case Proving.Issued issued -> Optional.of(issued.spiffeId());
      case Proving.SelfSigned shown -> Optional.of(shown.spiffeId());
      case Proving.Federated federated -> Optional.empty();
      case Proving.Login login -> Optional.empty();
    };
  }

  /** Only the first two ever lead to a certificate that renews itself. */
  private static boolean holdsAllOf(Proving now, Proving before) {
    return switch (before) {
      case Proving.PrivateKeyJwt old ->
          now instanceof Proving.PrivateKeyJwt client
              && keys(client).collect(Collectors.toSet()).containsAll(keys(old).toList());
      case Proving.Join old -> now instanceof Proving.Join;
      case Proving.Issued old -> true;
      case Proving.SelfSigned old -> true;
      case Proving.Federated old -> true;
      case Proving.Login old -> true;
    };
  }

  /** The public keys themselves, whatever they are called. */
  private static Stream<Map<String, ?>> keys(Proving.PrivateKeyJwt client) {
    return client.keys().getKeys().stream().map(JWK::getRequiredParams);
  }
}
