package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code trusts}: issuers of JWTs, people's logins, authorities of certificates. */
final class TrustReader {

  /**
   * Without it a provider answers plain OAuth, which proves nobody (OpenID Connect Core 3.1.2.1).
   */
  private static final String OPENID = "openid";

  private static final Set<String> DEFAULT_SCOPES = Set.of(OPENID, "profile", "email");

  private TrustReader() {}

  /** The kinds of trust, each by id. */
  record Trusts(
      Map<String, Trust> issuers,
      Map<String, Login> logins,
      Map<String, CertificateTrust> authorities) {}

  static Trusts all(Section top) {
    Trusts trusts = new Trusts(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    top.named(
        "trusts",
        (id, section) -> {
          if (section.has("login")) {
            trusts.logins().put(id, login(id, section));
          } else if (section.has("x509")) {
            trusts.authorities().put(id, CertificateTrustReader.read(id, section));
          } else {
            trusts
                .issuers()
                .put(
                    id,
                    section.has("spiffe")
                        ? SpiffeTrustReader.read(id, section)
                        : read(id, section));
          }
          return id;
        });
    return trusts;
  }

  private static Login login(String id, Section section) {
    String issuer = issuer(section);
    Login login =
        section
            .section("login")
            .map(inner -> login(id, issuer, inner))
            .orElse(
                new Login(id, issuer, "", DEFAULT_SCOPES, "", "", Optional.empty(), Duration.ZERO));
    section.done();
    return login;
  }

  private static Login login(String id, String issuer, Section section) {
    Login login =
        new Login(
            id,
            issuer,
            section.text("client"),
            section
                .optionalTexts("scopes", Syntax::isScope, FindingCode.BAD_VALUE, "an OAuth scope")
                .orElse(DEFAULT_SCOPES),
            section.optionalText("groups").orElse("groups"),
            section
                .optionalValue(
                    "group-prefix",
                    text -> Optional.of(text).filter(Syntax::isGroupPrefix),
                    FindingCode.BAD_VALUE,
                    Syntax.GROUP_PREFIX_SHOULD)
                .orElse(""),
            section.optionalText("manager"),
            PolicyParser.duration(section, "session"));
    if (!login.scopes().contains(OPENID)) {
      section.error(FindingCode.BAD_VALUE, "scopes", "openid must be among the scopes");
    }
    section.done();
    return login;
  }

  private static Trust read(String id, Section section) {
    Trust trust =
        new Trust(
            id,
            issuer(section),
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

  private static String issuer(Section section) {
    return section
        .value(
            "issuer",
            Syntax::httpUri,
            FindingCode.BAD_URI,
            "an http or https URI without fragment",
            URI.create("https://none.invalid"))
        .toString();
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
