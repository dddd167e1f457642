package dev.mayfly.cli.broker;

import java.net.URI;
import java.util.Map;

/**
 * Where a broker's endpoints are, from its own metadata (RFC 8414).
 *
 * @param base what stands before the path of each: the issuer, or where certificates are shown
 */
public record Metadata(String issuer, String base, Json document) {

  private static final String WELL_KNOWN = "/.well-known/oauth-authorization-server";
  private static final String TOKEN_ENDPOINT = "token_endpoint";

  /** The metadata's address: the well-known part comes before the issuer's path (RFC 8414 3.1). */
  public static URI address(URI broker) {
    String path = broker.getRawPath();
    return URI.create(
        broker.getScheme() + "://" + broker.getRawAuthority() + WELL_KNOWN + withoutSlash(path));
  }

  public static Metadata read(Http http, URI broker) throws Stop {
    URI address = address(broker);
    Http.Answer answer = http.get(address, Map.of("Accept", "application/json"));
    if (!answer.isOk()) {
      throw Refused.of(answer, address, Refused.Asker.KEY);
    }
    return parse(answer.body(), broker);
  }

  /** RFC 8414 3.3: the issuer named inside is the one that was asked, or nothing in it counts. */
  public static Metadata parse(String body, URI broker) throws Stop {
    String asked = withoutSlash(broker.toString());
    Json document =
        Json.parse(body)
            .orElseThrow(
                () ->
                    Stop.refused(
                        "no-metadata",
                        asked + " answers, but not as a broker",
                        "check --broker or MAYFLY_BROKER"));
    String issuer = document.text("issuer").orElse("");
    if (!issuer.equals(asked)) {
      throw Stop.refused(
          "wrong-issuer",
          "the broker at " + asked + " calls itself " + issuer,
          "use that name: --broker " + issuer);
    }
    return new Metadata(issuer, issuer, document);
  }

  /**
   * The same endpoints where the broker asks for a client's certificate (RFC 8705 5). Its aliases
   * are the same paths at another origin, and so is its API there.
   */
  Metadata whereCertificatesAreShown() throws Stop {
    String usual = named(TOKEN_ENDPOINT).toString();
    String alias =
        document
            .object("mtls_endpoint_aliases")
            .flatMap(aliases -> aliases.text(TOKEN_ENDPOINT))
            .orElse(usual);
    String path = usual.startsWith(issuer) ? usual.substring(issuer.length()) : usual;
    if (!alias.startsWith("https://") || !alias.endsWith(path)) {
      throw Stop.refused(
          "no-tls",
          issuer + " names no address at which it asks for certificates",
          "whoever runs it opens its TLS port, and names it in"
              + " mayfly.http.client-certificate.url");
    }
    return new Metadata(issuer, alias.substring(0, alias.length() - path.length()), document);
  }

  /** An endpoint by its registered name. */
  public URI endpoint(String name) throws Stop {
    String value = named(name).toString();
    return value.startsWith(issuer) ? api(value.substring(issuer.length())) : URI.create(value);
  }

  /** An endpoint as the issuer names it, wherever requests go. */
  URI named(String name) throws Stop {
    String value =
        document
            .text(name)
            .orElseThrow(
                () ->
                    Stop.refused(
                        "no-endpoint",
                        issuer + " offers no " + name,
                        "it may be older than this command"));
    return URI.create(value);
  }

  /** A path of the broker's own API, which lives under the issuer. */
  public URI api(String path) {
    return URI.create(base + path);
  }

  private static String withoutSlash(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
