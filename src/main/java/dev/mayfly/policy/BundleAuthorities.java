package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the authorities in a SPIFFE bundle that sign X509-SVIDs (X509-SVID 6): certificates of an
 * authority, each alone in an entry that says {@code x509-svid} and has no {@code kid}.
 *
 * <p>An entry that its publisher must not make so is passed over whole; X509-SVID 6.2 would have
 * the first of several certificates believed, of which nobody can say whether it was meant.
 */
public final class BundleAuthorities {

  private static final String USE = "use";

  /** More than any trust domain needs while it rotates. */
  private static final int MOST = 100;

  private static final int CERT_SIGN = 5; // RFC 5280 4.2.1.3, as the JDK numbers it

  private BundleAuthorities() {}

  /**
   * The authorities, and nothing else.
   *
   * @param members of the bundle's {@code keys}, as JSON
   */
  public static List<X509Certificate> of(List<?> members) {
    return members.stream()
        .filter(Map.class::isInstance)
        .limit(MOST)
        .flatMap(one -> authority((Map<?, ?>) one).stream())
        .toList();
  }

  private static Optional<X509Certificate> authority(Map<?, ?> members) {
    boolean single = members.get("x5c") instanceof List<?> chain && chain.size() == 1;
    if (!single || members.containsKey("kid") || !"x509-svid".equals(members.get(USE))) {
      return Optional.empty();
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    members.forEach((name, value) -> plain.put(String.valueOf(name), value));
    plain.remove(USE); // a JOSE library knows sig and enc only
    try {
      // That the key beside it is the certificate's (RFC 7517 4.7) is looked at there.
      return Optional.of(JWK.parse(plain))
          .filter(jwk -> !jwk.isPrivate())
          .map(jwk -> jwk.getParsedX509CertChain().getFirst())
          .filter(BundleAuthorities::signsCertificates);
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      return Optional.empty(); // of a type that this version does not know, or no certificate
    }
  }

  /** X509-SVID 3.2, 4.3: {@code cA} is true, and the key may sign certificates. */
  private static boolean signsCertificates(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return certificate.getBasicConstraints() >= 0 && (usage == null || usage[CERT_SIGN]);
  }
}
