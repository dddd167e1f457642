package dev.mayfly.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.StrictJson;
import dev.mayfly.policy.BundleAuthorities;
import dev.mayfly.policy.BundleKeys;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Trust;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches an issuer's keys ({@link IssuerHttp}).
 *
 * <p>What goes wrong arrives as an {@link IOException} whose sentence holds nothing of the answer.
 */
final class IssuerDocuments implements AutoCloseable {

  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final Pattern MAX_AGE = Pattern.compile("(?:^|[\\s,])max-age=\"?(\\d{1,9})");

  private static final long LONGEST_HINT = Duration.ofDays(365).toSeconds();

  private final IssuerHttp http;

  /**
   * An issuer's keys, and how long it wants them to be taken for fresh.
   *
   * @param authorities of X509-SVIDs, where the issuer is a trust domain
   */
  record Fetched(
      VerifyingKeys keys, List<X509Certificate> authorities, Optional<Duration> maxAge) {}

  IssuerDocuments(IdentityLimits.Keys limits) {
    this.http = new IssuerHttp(limits);
  }

  CompletableFuture<Fetched> keysOf(Trust trust) {
    return switch (trust.keys()) {
      case KeySource.Discovery() -> discovered(trust.issuer());
      case KeySource.JwksUri(URI uri) -> IssuerHttp.checked(uri).thenCompose(this::jwks);
      case KeySource.Bundle(URI uri) -> IssuerHttp.checked(uri).thenCompose(this::bundle);
      case KeySource.StaticJwks(JWKSet keys, List<X509Certificate> authorities) ->
          CompletableFuture.completedFuture(
              new Fetched(VerifyingKeys.of(keys), authorities, Optional.empty()));
    };
  }

  @Override
  public void close() {
    http.close();
  }

  /** OpenID Connect Discovery 4: the document must name exactly the issuer it was asked for. */
  private CompletableFuture<Fetched> discovered(String issuer) {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    CompletableFuture<URI> configuration = IssuerHttp.address(base + DISCOVERY);
    return configuration
        .thenCompose(this::get)
        .thenApply(response -> jwksUri(response.body(), issuer))
        .thenCompose(IssuerHttp::address)
        .thenCompose(
            jwks ->
                IssuerHttp.isLoopback(jwks) && !IssuerHttp.isLoopback(configuration.join())
                    ? failed("an issuer elsewhere names keys on this machine")
                    : jwks(jwks));
  }

  private static String jwksUri(byte[] body, String issuer) {
    Map<String, Object> document = object(body, "the discovery document");
    if (!issuer.equals(document.get("issuer"))) {
      throw defect("the discovery document names another issuer");
    }
    if (!(document.get("jwks_uri") instanceof String jwksUri)) {
      throw defect("the discovery document names no jwks_uri");
    }
    return jwksUri;
  }

  private CompletableFuture<Fetched> jwks(URI uri) {
    return get(uri).thenApply(IssuerDocuments::fetched);
  }

  private static Fetched fetched(HttpResponse<byte[]> response) {
    try {
      JWKSet set = JWKSet.parse(object(response.body(), "the key set"));
      return new Fetched(VerifyingKeys.of(set), List.of(), maxAge(response));
    } catch (ParseException e) {
      throw defect("the key set is not one");
    }
  }

  /** How fresh it stays is for the bundle to say (SPIFFE Trust Domain and Bundle 4.1.2). */
  private CompletableFuture<Fetched> bundle(URI uri) {
    return get(uri)
        .thenApply(
            response -> {
              Map<String, Object> bundle = object(response.body(), "the bundle");
              if (!(bundle.get("keys") instanceof List<?> keys)) {
                throw defect("the bundle has no keys");
              }
              Optional<Duration> hint =
                  bundle.get("spiffe_refresh_hint") instanceof Long seconds && seconds > 0
                      ? Optional.of(Duration.ofSeconds(Math.min(seconds, LONGEST_HINT)))
                      : maxAge(response);
              return new Fetched(
                  VerifyingKeys.of(new JWKSet(BundleKeys.of(keys))),
                  BundleAuthorities.of(keys),
                  hint);
            });
  }

  private CompletableFuture<HttpResponse<byte[]>> get(URI uri) {
    return http.get(uri, Map.of()).thenApply(IssuerDocuments::successful);
  }

  private static HttpResponse<byte[]> successful(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw defect("the issuer answered " + response.statusCode());
    }
    return response;
  }

  private static Optional<Duration> maxAge(HttpResponse<byte[]> response) {
    String control =
        String.join(",", response.headers().allValues("Cache-Control")).toLowerCase(Locale.ROOT);
    if (control.contains("no-store") || control.contains("no-cache")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher matcher = MAX_AGE.matcher(control);
    return matcher.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(matcher.group(1))))
        : Optional.empty();
  }

  private static Map<String, Object> object(byte[] body, String what) {
    try {
      return StrictJson.object(body);
    } catch (JsonProcessingException e) {
      throw defect(what + " is not a JSON object");
    }
  }

  private static <T> CompletableFuture<T> failed(String sentence) {
    return CompletableFuture.failedFuture(new IOException(sentence));
  }

  private static CompletionException defect(String sentence) {
    return new CompletionException(new IOException(sentence));
  }
}
