package dev.mayfly.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.Outcome;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The public key that a DPoP proof carries along (RFC 9449 4.2), and its thumbprint.
 *
 * @param jkt SHA-256 of the members that make the key (RFC 7638), base64url
 */
record DpopKey(VerifyingKey key, String jkt) {

  /** RFC 7518 6.2.2, 6.3.2, 6.4 and RFC 8037 2: whatever of these is there, it is no public key. */
  private static final Set<String> SECRET = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  /** All that is read of it; a certificate chain, for one, is nobody's business here. */
  private static final Set<String> READ =
      Set.of("kty", "crv", "x", "y", "n", "e", "use", "key_ops", "alg");

  static Outcome<DpopKey> read(Map<String, Object> jwk, SignatureAlgorithm algorithm) {
    if (jwk.isEmpty()) {
      return Proof.DPOP.refuse("jwk is not there");
    }
    if (jwk.keySet().stream().anyMatch(SECRET::contains)) {
      return Proof.DPOP.refuse("jwk is not a public key");
    }
    Map<String, Object> members = new HashMap<>(jwk);
    members.keySet().retainAll(READ);
    try {
      JWK parsed = JWK.parse(members);
      String jkt = parsed.computeThumbprint().toString();
      return VerifyingKey.of(parsed)
          .filter(key -> key.fits(algorithm))
          .map(key -> Outcome.ok(new DpopKey(key, jkt)))
          .orElseGet(() -> Proof.DPOP.refuse("jwk is not a key that signs with this alg"));
    } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
      return Proof.DPOP.refuse("jwk is not a key");
    }
  }
}
