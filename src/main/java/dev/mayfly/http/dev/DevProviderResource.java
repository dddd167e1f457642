package dev.mayfly.http.dev;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.http.oauth.Form;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect provider for development, as small as one can be: whoever asks says who they
 * want to be. A broker that runs for real answers 404 to all of it.
 */
@Path(DevProvider.PATH)
@Cancellable(false)
public class DevProviderResource {

  private static final String CSP =
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private final DevProvider provider;
  private final String redirect;

  DevProviderResource(DevProvider provider, MayflyConfig mayfly) {
    this.provider = provider;
    this.redirect = mayfly.issuer() + "/login/callback";
  }

  @CheckedTemplate(basePath = "dev")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance people(List<DevPerson> people, Request request);
  }

  /** What the browser brings (OpenID Connect Core 3.1.2.1). */
  public record Request(String client, String state, String nonce, String challenge) {}

  @GET
  @Path("/.well-known/openid-configuration")
  @Operation(hidden = true)
  public Response configuration() {
    String issuer = provider().issuer();
    return json(
        200,
        new JsonObject()
            .put("issuer", issuer)
            .put("authorization_endpoint", issuer + "/authorize")
            .put("token_endpoint", issuer + "/token")
            .put("userinfo_endpoint", issuer + "/userinfo")
            .put("jwks_uri", issuer + "/jwks")
            .put("authorization_response_iss_parameter_supported", true)
            .put("response_types_supported", JsonArray.of("code"))
            .put("subject_types_supported", JsonArray.of("public"))
            .put("id_token_signing_alg_values_supported", JsonArray.of("ES256"))
            .put("code_challenge_methods_supported", JsonArray.of("S256"))
            .put("token_endpoint_auth_methods_supported", JsonArray.of("none")));
  }

  @GET
  @Path("/jwks")
  @Operation(hidden = true)
  public Response jwks() {
    return json(200, new JsonObject(provider().keys()));
  }

  /** The page with the three people. */
  @GET
  @Path("/authorize")
  @Operation(hidden = true)
  public Response authorize(
      @QueryParam("response_type") @Nullable String type,
      @QueryParam("client_id") @Nullable String client,
      @QueryParam("redirect_uri") @Nullable String uri,
      @QueryParam("state") @Nullable String state,
      @QueryParam("nonce") @Nullable String nonce,
      @QueryParam("code_challenge") @Nullable String challenge,
      @QueryParam("code_challenge_method") @Nullable String method) {
    provider();
    boolean good =
        "code".equals(type)
            && client != null
            && redirect.equals(uri)
            && "S256".equals(method)
            && challenge != null;
    if (!good) {
      return json(400, new JsonObject().put("error", "invalid_request"));
    }
    Request request =
        new Request(String.valueOf(client), text(state), text(nonce), String.valueOf(challenge));
    return Response.ok(Templates.people(List.of(DevPerson.values()), request).render())
        .type(MediaType.TEXT_HTML_TYPE.withCharset("utf-8"))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("Content-Security-Policy", CSP)
        .build();
  }

  /** Somebody was chosen: back with a code. */
  @POST
  @Path("/authorize")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(hidden = true)
  public Response authorized(byte[] body) {
    provider();
    return form(body)
        .flatMap(
            form ->
                form.one("person")
                    .flatMap(DevPerson::named)
                    .map(person -> Response.seeOther(back(form, person)).build()))
        .orElseGet(() -> json(400, new JsonObject().put("error", "invalid_request")));
  }

  private URI back(Form form, DevPerson person) {
    String code =
        provider.code(
            person,
            new DevProvider.Asked(
                form.one("client_id").orElse(""),
                form.one("nonce").orElse(""),
                form.one("code_challenge").orElse("")));
    return URI.create(
        redirect
            + "?code="
            + encode(code)
            + "&state="
            + encode(form.one("state").orElse(""))
            + "&iss="
            + encode(provider.issuer()));
  }

  /** Codes and refresh tokens into tokens. */
  @POST
  @Path("/token")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(hidden = true)
  public Response token(byte[] body) {
    provider();
    return form(body)
        .flatMap(this::proven)
        .flatMap(
            claims ->
                DevPerson.named(claims.getSubject())
                    .map(person -> json(200, new JsonObject(provider.tokens(person, claims)))))
        .orElseGet(() -> json(400, new JsonObject().put("error", "invalid_grant")));
  }

  private Optional<JWTClaimsSet> proven(Form form) {
    return switch (form.one("grant_type").orElse("")) {
      case "authorization_code" ->
          provider
              .read(form.one("code").orElse(""), "code")
              .filter(code -> provider.fits(code, form.one("code_verifier").orElse("")))
              .filter(code -> form.one("redirect_uri").equals(Optional.of(redirect)));
      case "refresh_token" -> provider.read(form.one("refresh_token").orElse(""), "refresh");
      default -> Optional.empty();
    };
  }

  @GET
  @Path("/userinfo")
  @Operation(hidden = true)
  public Response userinfo(@HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
    provider();
    return Optional.ofNullable(authorization)
        .filter(header -> header.startsWith("Bearer "))
        .flatMap(header -> provider.read(header.substring("Bearer ".length()), "access"))
        .flatMap(claims -> DevPerson.named(claims.getSubject()))
        .map(person -> json(200, new JsonObject(Map.copyOf(person.claims()))))
        .orElseGet(() -> json(401, new JsonObject().put("error", "invalid_token")));
  }

  private DevProvider provider() {
    if (!provider.isOpen()) {
      throw new NotFoundException();
    }
    return provider;
  }

  private static Optional<Form> form(byte[] body) {
    return Form.parse(body) instanceof Outcome.Ok<Form>(Form form)
        ? Optional.of(form)
        : Optional.empty();
  }

  private static String text(@Nullable String parameter) {
    return parameter == null ? "" : parameter;
  }

  private static Response json(int status, JsonObject body) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .entity(body.toBuffer().getBytes())
        .build();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
