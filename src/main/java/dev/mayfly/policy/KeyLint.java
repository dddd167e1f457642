package dev.mayfly.policy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.policy.PolicyLint.Draft;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Judges the keys and algorithms that a policy accepts as proof. */
final class KeyLint {

  /** NIST SP 800-131A: below it an RSA signature proves nothing. */
  static final int MIN_RSA_BITS = 2_048;

  private static final Set<String> EDWARDS = Set.of("EdDSA", "Ed25519");

  /** RFC 8410 4: twelve bytes, then the point. */
  private static final int ED25519_SPKI = 44;

  private static final int ED25519_POINT = 32;

  private final Draft draft;
  private final Map<String, String> ownerByThumbprint = new HashMap<>();

  private KeyLint(Draft draft) {
    this.draft = draft;
  }

  static void check(Draft draft) {
    KeyLint lint = new KeyLint(draft);
    Policy policy = draft.policy();
    for (Trust trust : new TreeMap<>(policy.trusts()).values()) {
      String path = "trusts." + trust.id();
      lint.algorithms(path + ".algorithms", trust.algorithms());
      if (trust.trustDomain().isPresent()
          && trust.algorithms().stream().anyMatch(EDWARDS::contains)) {
        draft.error(
            FindingCode.UNUSABLE_ALGORITHM,
            path + ".algorithms",
            "no JWT-SVID is signed with EdDSA (JWT-SVID 2.1)");
      }
      if (trust.keys() instanceof KeySource.StaticJwks fixed) {
        lint.keys(path, path + ".keys.jwks.keys", fixed.keys().getKeys(), trust.algorithms());
      }
    }
    for (IdentityEntry entry : new TreeMap<>(policy.identities()).values()) {
      if (entry.proving() instanceof Proving.PrivateKeyJwt client) {
        String path = "identities." + entry.id();
        lint.algorithms(path + ".client.algorithms", client.algorithms());
        lint.keys(path, path + ".client.keys", client.keys().getKeys(), client.algorithms());
      }
    }
    CertificateProofLint.check(draft, lint);
  }

  private void algorithms(String path, Set<String> algorithms) {
    for (String algorithm : algorithms) {
      if (!Algorithms.PROVING.contains(algorithm)) {
        draft.error(
            FindingCode.UNUSABLE_ALGORITHM,
            path,
            "only asymmetric signatures prove anything here: " + Algorithms.PROVING_LISTED);
      }
    }
  }

  private void keys(String owner, String path, List<JWK> keys, Set<String> algorithms) {
    for (JWK key : keys) {
      if (key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS) {
        draft.error(
            FindingCode.WEAK_KEY,
            path,
            "an RSA key needs at least %d bits".formatted(MIN_RSA_BITS));
      }
      if (algorithmsOf(key).stream().noneMatch(algorithms::contains)) {
        draft.error(
            FindingCode.UNUSABLE_ALGORITHM,
            path,
            "a key here fits none of the algorithms that are allowed with it");
      }
      notShared(owner, path, key);
    }
  }

  /** OWASP NHI 9: whoever leaks one of them leaks both. */
  private void notShared(String owner, String path, JWK key) {
    notShared(owner, path, thumbprint(key));
  }

  /** A certificate's key: one key, however it is written; its certificate may be renewed. */
  void notShared(String owner, String path, PublicKey key) {
    Optional<JWK> jwk =
        switch (key) {
          case RSAPublicKey rsa -> Optional.of(new RSAKey.Builder(rsa).build());
          case ECPublicKey ec ->
              Optional.ofNullable(Curve.forECParameterSpec(ec.getParams()))
                  .map(curve -> new ECKey.Builder(curve, ec).build());
          case EdECPublicKey edwards when key.getEncoded().length == ED25519_SPKI ->
              Optional.of(ed25519(key.getEncoded()));
          default -> Optional.empty();
        };
    jwk.ifPresentOrElse(
        known -> {
          if (!owner.equals(ownerByThumbprint.get(thumbprint(known)))) {
            notShared(owner, path, thumbprint(known));
          }
        },
        () ->
            draft.error(
                FindingCode.WEAK_KEY, path, "a key is RSA, P-256, P-384, P-521 or Ed25519"));
  }

  private static JWK ed25519(byte[] spki) {
    byte[] point = Arrays.copyOfRange(spki, ED25519_SPKI - ED25519_POINT, ED25519_SPKI);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point)).build();
  }

  private void notShared(String owner, String path, String thumbprint) {
    String before = ownerByThumbprint.putIfAbsent(thumbprint, owner);
    if (before != null) {
      draft.error(
          FindingCode.SHARED_KEY,
          path,
          before.equals(owner)
              ? "the same key is given twice"
              : "the same key belongs to %s already: give each its own".formatted(before));
    }
  }

  private static Set<String> algorithmsOf(JWK key) {
    return switch (key) {
      case RSAKey rsa -> Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
      case ECKey ec when ec.getCurve().equals(Curve.P_256) -> Set.of("ES256");
      case ECKey ec when ec.getCurve().equals(Curve.P_384) -> Set.of("ES384");
      case ECKey ec when ec.getCurve().equals(Curve.P_521) -> Set.of("ES512");
      case OctetKeyPair okp when okp.getCurve().equals(Curve.Ed25519) -> Set.of("EdDSA", "Ed25519");
      default -> Set.of();
    };
  }

  private static String thumbprint(JWK key) {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
