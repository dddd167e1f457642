package dev.mayfly.cli.relying;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.JwkKeys;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.key.Alg;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;

/** Whether a compact JWS of one expected kind was made by the issuer's keys. */
sealed interface Signed {

  /** Signed by the issuer; nothing yet is known of what it claims. */
  record Genuine(Json header, Json claims) implements Signed {}

  /** Not to be believed. */
  record Doubtful(String code, String say) implements Signed {}

  /** Rule 12: one expected typ, then the algorithm, then the key, then the signature. */
  static Signed check(String compact, String typ, Keys keys) throws Stop {
    JWSObject jws;
    try {
      jws = JWSObject.parse(compact);
    } catch (ParseException e) {
      return new Doubtful("malformed", "it is no signed JWT");
    }
    JWSHeader header = jws.getHeader();
    Map<String, Object> claims = jws.getPayload().toJSONObject();
    if (claims == null) {
      return new Doubtful("malformed", "its payload is no JSON object");
    }
    if (header.getType() == null || !typ.equals(header.getType().getType())) {
      return new Doubtful("wrong-typ", "its typ is not " + typ);
    }
    if (header.getCriticalParams() != null) {
      return new Doubtful("unknown-crit", "it has critical parameters that nobody here knows");
    }
    Optional<Alg> alg = Alg.named(header.getAlgorithm().getName());
    if (alg.isEmpty()) {
      return new Doubtful("wrong-alg", "its algorithm is not one of ES256, RS256, Ed25519");
    }
    return proven(jws, alg.get(), keys, new Json(claims));
  }

  private static Signed proven(JWSObject jws, Alg alg, Keys keys, Json claims) throws Stop {
    String kid = jws.getHeader().getKeyID();
    Optional<JWK> key = kid == null ? Optional.empty() : keys.byId(kid);
    if (key.isEmpty()) {
      return new Doubtful("unknown-key", "no published key of the issuer has its kid");
    }
    // The key says what it is for; the header only says what it claims (RFC 8725 3.1).
    if (!JwkKeys.algOf(key.get()).equals(Optional.of(alg))) {
      return new Doubtful("wrong-alg", "its algorithm is not the one of its key");
    }
    byte[] proof = jws.getSignature().decode();
    if (!JwkKeys.verify(alg, key.get(), jws.getSigningInput(), proof)) {
      return new Doubtful("bad-signature", "its signature does not verify");
    }
    return new Genuine(new Json(jws.getHeader().toJSONObject()), claims);
  }
}
