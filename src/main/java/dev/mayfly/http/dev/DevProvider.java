package dev.mayfly.http.dev;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mayfly.DevelopmentMaterial;
import dev.mayfly.MayflyConfig;
import dev.mayfly.key.OpaqueToken;
import io.quarkus.runtime.configuration.ConfigUtils;
import jakarta.enterprise.context.ApplicationScoped;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the development provider signs: codes, ID tokens and refresh tokens, all of them JWTs by a
 * key that lives as long as this process, so that nothing is kept.
 */
@ApplicationScoped
class DevProvider {

  static final String PATH = "/dev/login";

  private static final Duration CODE_LASTS = Duration.ofMinutes(1);
  private static final Duration TOKEN_LASTS = Duration.ofMinutes(5);
  private static final Duration REFRESH_LASTS = Duration.ofHours(12);

  private final String issuer;
  private final InstantSource clock;
  private final boolean open;
  private final ECKey key;

  DevProvider(MayflyConfig mayfly, InstantSource clock) throws JOSEException {
    this.issuer = mayfly.issuer() + PATH;
    this.clock = clock;
    this.open = !DevelopmentMaterial.isForbidden(ConfigUtils.getProfiles());
    this.key = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
  }

  /** What a login asked for, carried by its code. */
  record Asked(String client, String nonce, String challenge) {}

  /** Never where a broker runs for real. */
  boolean isOpen() {
    return open;
  }

  String issuer() {
    return issuer;
  }

  Map<String, Object> keys() {
    return new JWKSet(key.toPublicJWK()).toJSONObject();
  }

  String code(DevPerson person, Asked asked) {
    return sign(
        claims("code", person, CODE_LASTS)
            .audience(asked.client())
            .claim("nonce", asked.nonce())
            .claim("challenge", asked.challenge())
            .claim("auth_time", clock.instant().getEpochSecond())
            .build());
  }

  /** What a code or a refresh token stands for; empty when it is none, or has ended. */
  Optional<JWTClaimsSet> read(String token, String use) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      return jwt.verify(new ECDSAVerifier(key.toPublicJWK()))
              && use.equals(claims.getStringClaim("use"))
              && clock.instant().isBefore(claims.getExpirationTime().toInstant())
          ? Optional.of(claims)
          : Optional.empty();
    } catch (ParseException | JOSEException e) {
      return Optional.empty();
    }
  }

  boolean fits(JWTClaimsSet code, String verifier) {
    String made =
        Base64.getUrlEncoder().withoutPadding().encodeToString(OpaqueToken.hash(verifier));
    return made.equals(code.getClaim("challenge"));
  }

  /** The answer of the token endpoint (OpenID Connect Core 3.1.3.3). */
  Map<String, Object> tokens(DevPerson person, JWTClaimsSet from) {
    String client = from.getAudience().getFirst();
    Object authTime = from.getClaim("auth_time");
    String access = sign(claims("access", person, TOKEN_LASTS).audience(client).build());
    JWTClaimsSet.Builder id =
        claims("id", person, TOKEN_LASTS)
            .audience(client)
            .claim("auth_time", authTime)
            .claim("amr", List.of("pwd"))
            .claim("at_hash", half(access));
    person.claims().forEach(id::claim);
    if (from.getClaim("nonce") != null) {
      id.claim("nonce", from.getClaim("nonce"));
    }
    String refresh =
        sign(
            claims("refresh", person, REFRESH_LASTS)
                .audience(client)
                .claim("auth_time", authTime)
                .build());
    return Map.of(
        "access_token",
        access,
        "token_type",
        "Bearer",
        "expires_in",
        TOKEN_LASTS.toSeconds(),
        "id_token",
        sign(id.build()),
        "refresh_token",
        refresh);
  }

  private JWTClaimsSet.Builder claims(String use, DevPerson person, Duration lasts) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .subject(person.id())
        .jwtID(OpaqueToken.fresh())
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(lasts)))
        .claim("use", use);
  }

  private String sign(JWTClaimsSet claims) {
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .type(JOSEObjectType.JWT)
                  .keyID(key.getKeyID())
                  .build(),
              claims);
      jwt.sign(new ECDSASigner(key));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("every Java platform signs ES256", e);
    }
  }

  private static String half(String accessToken) {
    byte[] hash = OpaqueToken.hash(accessToken);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(hash, hash.length / 2));
  }
}
