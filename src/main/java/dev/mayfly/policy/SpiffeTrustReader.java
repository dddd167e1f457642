package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a trust of the kind {@code spiffe}: a trust domain whose SVIDs are believed. */
final class SpiffeTrustReader {

  private static final URI NONE = URI.create("https://none.invalid");

  private SpiffeTrustReader() {}

  static Trust read(String id, Section section) {
    String domain =
        section.value(
            "spiffe",
            text -> Optional.of(text).filter(SpiffeId::isTrustDomain),
            FindingCode.BAD_SPIFFE_ID,
            "a trust domain, such as mesh.example",
            "none.invalid");
    Trust trust =
        new Trust(
            id,
            "spiffe://" + domain,
            section
                .section("bundle")
                .map(SpiffeTrustReader::bundle)
                .orElse(new KeySource.Bundle(NONE)),
            Optional.empty(),
            TrustReader.algorithms(section),
            false,
            PolicyParser.duration(section, "max-lifetime"),
            Optional.of(domain));
    section.done();
    return trust;
  }

  private static KeySource bundle(Section section) {
    KeySource source =
        section.has("jwks")
            ? fixed(section)
            : new KeySource.Bundle(
                section.value(
                    "url",
                    Syntax::httpUri,
                    FindingCode.BAD_URI,
                    "an http or https URI without fragment",
                    NONE));
    section.done();
    return source;
  }

  private static KeySource fixed(Section section) {
    return section
        .section("jwks")
        .map(SpiffeTrustReader::keys)
        .orElse(new KeySource.StaticJwks(new JWKSet()));
  }

  private static KeySource.StaticJwks keys(Section set) {
    List<Map<String, Object>> all =
        JwkReader.read(set, "keys").stream().map(JWK::toJSONObject).toList();
    List<JWK> keys = BundleKeys.of(all);
    List<X509Certificate> authorities = BundleAuthorities.of(all);
    if (keys.isEmpty() && authorities.isEmpty() && !all.isEmpty()) {
      set.error(
          FindingCode.BAD_KEY,
          "keys",
          "no key here has the use jwt-svid and a kid, or x509-svid and one certificate in x5c");
    }
    set.done();
    return new KeySource.StaticJwks(new JWKSet(keys), authorities);
  }
}
