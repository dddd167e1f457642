package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one entry of {@code trusts}. */
final class TrustReader {

  private TrustReader() {}

  static Trust read(String id, Section section) {
    Trust trust =
        new Trust(
            id,
            section
                .value(
                    "issuer",
                    Syntax::httpUri,
                    FindingCode.BAD_URI,
                    "an http or https URI without fragment",
                    URI.create("https://none.invalid"))
                .toString(),
            keys(section),
            section.optionalText("audience"),
            algorithms(section),
            section.value(
                "assertions",
                TrustReader::singleUse,
                FindingCode.BAD_VALUE,
                "single-use or reusable",
                true),
            PolicyParser.duration(section, "max-lifetime"));
    section.done();
    return trust;
  }

  static Set<String> algorithms(Section section) {
    return section.texts(
        "algorithms", text -> !text.isBlank(), FindingCode.BAD_VALUE, "a JOSE algorithm");
  }

  private static Optional<Boolean> singleUse(String text) {
    return switch (text) {
      case "single-use" -> Optional.of(true);
      case "reusable" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static KeySource keys(Section section) {
    if (!section.isMapping("keys")) {
      return section.value(
          "keys",
          text ->
              Optional.of(text)
                  .filter("discovery"::equals)
                  .map(discovery -> (KeySource) new KeySource.Discovery()),
          FindingCode.BAD_VALUE,
          "discovery, {jwks-uri: ...} or {jwks: ...}",
          new KeySource.Discovery());
    }
    return section
        .section("keys")
        .map(TrustReader::keysOf)
        .orElseThrow(() -> new IllegalStateException("a mapping is a section"));
  }

  private static KeySource keysOf(Section keys) {
    KeySource source = keys.has("jwks") ? staticKeys(keys) : jwksUri(keys);
    keys.done();
    return source;
  }

  private static KeySource jwksUri(Section keys) {
    return new KeySource.JwksUri(
        keys.value(
            "jwks-uri",
            Syntax::httpUri,
            FindingCode.BAD_URI,
            "an http or https URI without fragment",
            URI.create("https://none.invalid")));
  }

  private static KeySource staticKeys(Section keys) {
    List<JWK> jwks =
        keys.section("jwks")
            .map(
                set -> {
                  List<JWK> read = JwkReader.read(set, "keys");
                  set.done();
                  return read;
                })
            .orElse(List.of());
    return new KeySource.StaticJwks(new JWKSet(jwks));
  }
}
