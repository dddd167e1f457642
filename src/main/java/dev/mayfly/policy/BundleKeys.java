package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the keys in a SPIFFE bundle that sign JWT-SVIDs (SPIFFE Trust Domain and Bundle 4.2): those
 * that say so and have a {@code kid}. What a bundle holds besides is for others, and passed over.
 */
public final class BundleKeys {

  private static final String USE = "use";

  private BundleKeys() {}

  /**
   * The keys for JWT-SVIDs, and no others.
   *
   * @param members of the bundle's {@code keys}, as JSON
   */
  public static List<JWK> of(List<?> members) {
    return members.stream()
        .filter(Map.class::isInstance)
        .flatMap(one -> key((Map<?, ?>) one).stream())
        .toList();
  }

  private static Optional<JWK> key(Map<?, ?> members) {
    boolean named = members.get("kid") instanceof String kid && !kid.isEmpty();
    if (!named || !"jwt-svid".equals(members.get(USE))) {
      return Optional.empty();
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    members.forEach((name, value) -> plain.put(String.valueOf(name), value));
    plain.remove(USE); // a JOSE library knows sig and enc only
    try {
      return Optional.of(JWK.parse(plain)).filter(jwk -> !jwk.isPrivate());
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      return Optional.empty(); // of a type that this version does not know
    }
  }
}
