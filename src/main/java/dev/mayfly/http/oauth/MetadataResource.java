package dev.mayfly.http.oauth;

import dev.mayfly.MayflyConfig;
import dev.mayfly.http.ClientCertificateConfig;
import dev.mayfly.http.HttpConfig;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.key.Alg;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What this server is and where its endpoints are (RFC 8414), and the part of OpenID Connect
 * Discovery by which verifiers find a token issuer's keys. Arrays are never empty (RFC 8414 3.2).
 */
@Path("/.well-known")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "oauth")
public class MetadataResource {

  private static final JsonArray CLIENT_METHODS =
      JsonArray.of(
          "private_key_jwt",
          "tls_client_auth",
          "self_signed_tls_client_auth",
          "spiffe_jwt",
          "spiffe_x509");

  /**
   * The command line of people is a public client (RFC 6749 2.1); its tokens are bound to a key.
   */
  private static final JsonArray CLIENT_METHODS_OR_NONE = CLIENT_METHODS.copy().add("none");

  /** What {@code identity} can verify; each client has its own shorter list. */
  private static final JsonArray CLIENT_ALGORITHMS =
      new JsonArray(
          List.of(
              "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
              "Ed25519"));

  private final byte[] authorizationServer;
  private final byte[] openidConfiguration;
  private final String cacheControl;

  MetadataResource(MayflyConfig mayfly, HttpConfig http, ClientCertificateConfig certificates) {
    JsonObject server = server(mayfly.issuer());
    certificates.url().ifPresent(url -> server.put("mtls_endpoint_aliases", aliases(url)));
    this.authorizationServer = server.toBuffer().getBytes();
    this.openidConfiguration = withDiscovery(server).toBuffer().getBytes();
    this.cacheControl = "public, max-age=" + http.metadataMaxAge().toSeconds();
  }

  /** RFC 8414. */
  @GET
  @Path("/oauth-authorization-server")
  @Operation(summary = "Authorization server metadata (RFC 8414)")
  public Response authorizationServer() {
    return answer(authorizationServer);
  }

  /** OpenID Connect Discovery 1.0, as far as verifiers of tokens need it. */
  @GET
  @Path("/openid-configuration")
  @Operation(summary = "The part of OpenID Connect Discovery that verifiers read")
  public Response openidConfiguration() {
    return answer(openidConfiguration);
  }

  private Response answer(byte[] body) {
    return Response.ok(body)
        .header(HttpHeaders.CACHE_CONTROL, cacheControl)
        .header("Access-Control-Allow-Origin", "*")
        .build();
  }

  private static JsonObject server(String issuer) {
    return new JsonObject()
        .put("issuer", issuer)
        .put("token_endpoint", issuer + "/oauth/token")
        .put("device_authorization_endpoint", issuer + DeviceAuthorizationResource.PATH)
        .put("revocation_endpoint", issuer + "/oauth/revoke")
        .put("introspection_endpoint", issuer + "/oauth/introspect")
        .put("jwks_uri", issuer + "/.well-known/jwks.json")
        .put("status_list_aggregation_endpoint", issuer + "/status-lists")
        .put(
            "grant_types_supported",
            JsonArray.of(
                GrantType.CLIENT_CREDENTIALS,
                GrantType.JWT_BEARER,
                GrantType.JOIN_TOKEN,
                GrantType.TOKEN_EXCHANGE,
                GrantType.DEVICE_CODE,
                GrantType.REFRESH_TOKEN))
        .put("token_endpoint_auth_methods_supported", CLIENT_METHODS_OR_NONE)
        .put("token_endpoint_auth_signing_alg_values_supported", CLIENT_ALGORITHMS)
        .put("tls_client_certificate_bound_access_tokens", true)
        .put("dpop_signing_alg_values_supported", new JsonArray(DpopProofs.ALGORITHMS))
        .put("revocation_endpoint_auth_methods_supported", CLIENT_METHODS_OR_NONE)
        .put("revocation_endpoint_auth_signing_alg_values_supported", CLIENT_ALGORITHMS)
        .put("introspection_endpoint_auth_methods_supported", CLIENT_METHODS)
        .put("introspection_endpoint_auth_signing_alg_values_supported", CLIENT_ALGORITHMS);
  }

  /** RFC 8705 5: where certificates are shown, if that is elsewhere. */
  private static JsonObject aliases(String url) {
    return new JsonObject()
        .put("token_endpoint", url + "/oauth/token")
        .put("revocation_endpoint", url + "/oauth/revoke")
        .put("introspection_endpoint", url + "/oauth/introspect");
  }

  /**
   * Discovery requires these; the values are the ones for an issuer whose tokens are only verified.
   */
  private static JsonObject withDiscovery(JsonObject server) {
    return server
        .copy()
        .put("response_types_supported", JsonArray.of("id_token"))
        .put("subject_types_supported", JsonArray.of("public"))
        .put(
            "id_token_signing_alg_values_supported",
            new JsonArray(
                Arrays.stream(Alg.values()).filter(Alg::signsTokens).map(Alg::joseName).toList()));
  }
}
