package dev.mayfly.http.oauth;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.session.DeviceLogins;
import dev.mayfly.http.Errors;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.identity.login.Demand;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/** Where a device without a browser begins its person's login (RFC 8628 3.1). */
@Path(DeviceAuthorizationResource.PATH)
@Tag(name = "oauth")
@Cancellable(false)
public class DeviceAuthorizationResource {

  static final String PATH = "/oauth/device_authorization";

  private final DpopProofs proofs;
  private final DeviceLogins devices;
  private final String page;

  DeviceAuthorizationResource(DpopProofs proofs, DeviceLogins devices, MayflyConfig mayfly) {
    this.proofs = proofs;
    this.devices = devices;
    this.page = mayfly.issuer() + "/login/device";
  }

  /** Begins. What the device gets is bound to the key of the proof that it shows here. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Begin the login of a person on a device without a browser (RFC 8628)")
  public Uni<Response> begin(
      byte[] body, @HeaderParam("DPoP") List<String> dpop, @Context HttpServerRequest request) {
    return Form.parse(body)
        .then(SessionTokens::publicClient)
        .thenUni(form -> begin(form, dpop, request))
        .map(this::answer);
  }

  /**
   * The proof is not used up: shown again it begins one more login of the same key, which its
   * holder would have to finish.
   */
  private Uni<Outcome<DeviceLogins.Begun>> begin(
      Form form, List<String> dpop, HttpServerRequest request) {
    return proofs
        .check(dpop, new DpopProofs.Request(HttpMethod.POST, PATH, Optional.empty()))
        .then(proof -> wanted(form, proof.jkt(), request))
        .thenUni(devices::begin);
  }

  /** {@code prompt} and {@code max_age=0} mean the same here: prove yourself now. */
  private static Outcome<DeviceLogins.Wanted> wanted(
      Form form, String jkt, HttpServerRequest request) {
    boolean fresh =
        form.one("prompt").filter("login"::equals).isPresent()
            || form.one("max_age").filter("0"::equals).isPresent();
    Optional<List<String>> acr =
        form.one("acr_values").map(Demand::contexts).orElse(Optional.of(List.of()));
    String address = request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
    return acr.isPresent()
        ? Outcome.ok(new DeviceLogins.Wanted(jkt, address, fresh, acr.get()))
        : Outcome.refused(
            new Refusal.Malformed("malformed-acr-values", "acr_values are up to ten words"));
  }

  private Response answer(Outcome<DeviceLogins.Begun> outcome) {
    return switch (outcome) {
      case Outcome.Ok<DeviceLogins.Begun>(DeviceLogins.Begun begun) ->
          Response.ok(json(begun)).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
      case Outcome.Refused<DeviceLogins.Begun>(Refusal refusal) -> Errors.oauth(refusal);
    };
  }

  private byte[] json(DeviceLogins.Begun begun) {
    return new JsonObject()
        .put("device_code", begun.deviceCode())
        .put("user_code", begun.userCode().shown())
        .put("verification_uri", page)
        .put("verification_uri_complete", page + "?user_code=" + begun.userCode().shown())
        .put("expires_in", begun.lasts().toSeconds())
        .put("interval", begun.pause().toSeconds())
        .toBuffer()
        .getBytes();
  }
}
