package dev.mayfly.identity;

import java.util.Map;
import java.util.Optional;

/** A compact JWS as it was read: nothing in it is to be believed before its signature is. */
final class SignedAssertion {

  private final SignatureAlgorithm algorithm;
  private final Optional<String> kid;
  private final Map<String, Object> jwk;
  private final Claims claims;
  private final byte[] signingInput;
  private final byte[] signature;

  SignedAssertion(
      SignatureAlgorithm algorithm,
      Optional<String> kid,
      Map<String, Object> jwk,
      Claims claims,
      byte[] signingInput,
      byte[] signature) {
    this.algorithm = algorithm;
    this.kid = kid;
    this.jwk = jwk;
    this.claims = claims;
    this.signingInput = signingInput;
    this.signature = signature;
  }

  SignatureAlgorithm algorithm() {
    return algorithm;
  }

  Optional<String> kid() {
    return kid;
  }

  /** The key that it says signed it; empty when it says none. Only a DPoP proof may. */
  Map<String, Object> jwk() {
    return jwk;
  }

  Claims claims() {
    return claims;
  }

  /** Shared with the verifier only; nobody writes to it. */
  byte[] signingInput() {
    return signingInput;
  }

  byte[] signature() {
    return signature;
  }
}
