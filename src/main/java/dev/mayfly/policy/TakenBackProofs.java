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
public final class TakenBackProofs {

  private TakenBackProofs() {}

  /**
   * The SPIFFE IDs of those that a version takes a key or a way in from. One that nobody has in the
   * next version is among them: somebody else may vouch for it now, and it come back later.
   *
   * @param before empty where this build cannot read what was active: whoever could have lost one
   */
  static Set<String> of(Optional<Policy> before, Policy next) {
    Map<String, Proving> now = byName(next.identities().values());
    return before
        .map(old -> byName(old.identities().values()))
        .map(
            old ->
                old.entrySet().stream()
                    .filter(
                        had -> isLost(had.getValue(), Optional.ofNullable(now.get(had.getKey()))))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet()))
        .orElseGet(() -> Set.copyOf(now.keySet()));
  }

  /**
   * Whether who proved themselves as this entry of an earlier version has lost a way to do so
   * since: what is certified for them under the version that took it would prove them ever after.
   */
  public static boolean since(IdentityEntry before, CompiledPolicy next) {
    boolean same = before.equals(next.policy().identities().get(before.id()));
    return !same
        && isLost(
            before.proving(),
            name(before.proving())
                .flatMap(name -> next.client(name).or(() -> next.joining(name)))
                .map(IdentityEntry::proving));
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
  private static boolean isLost(Proving before, Optional<Proving> now) {
    return switch (before) {
      case Proving.PrivateKeyJwt old ->
          now.filter(is -> is instanceof Proving.PrivateKeyJwt has && hasAllOf(has, old)).isEmpty();
      case Proving.Join old -> now.filter(Proving.Join.class::isInstance).isEmpty();
      case Proving.Issued old -> false;
      case Proving.SelfSigned old -> false;
      case Proving.Federated old -> false;
      case Proving.Login old -> false;
    };
  }

  private static boolean hasAllOf(Proving.PrivateKeyJwt now, Proving.PrivateKeyJwt before) {
    return keys(now).collect(Collectors.toSet()).containsAll(keys(before).toList());
  }

  /** The public keys themselves, whatever they are called. */
  private static Stream<Map<String, ?>> keys(Proving.PrivateKeyJwt client) {
    return client.keys().getKeys().stream().map(JWK::getRequiredParams);
  }
}
