package dev.mayfly.http.oauth;

import dev.mayfly.http.Validators;
import dev.mayfly.key.Jwks;
import dev.mayfly.key.KeyConfig;
import dev.mayfly.key.KeyRings;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The public keys (RFC 7517 5), from memory: they are served while the database is away. */
@Path("/.well-known/jwks.json")
@Tag(name = "oauth")
public class JwksResource {

  /** Caches that were filled together must not come back together. */
  private static final double EARLIEST = 0.8;

  private final KeyRings rings;
  private final long maxAgeSeconds;

  JwksResource(KeyRings rings, KeyConfig config) {
    this.rings = rings;
    this.maxAgeSeconds = config.jwksMaxAge().toSeconds();
  }

  /** The key set, or 304 when the caller has it. */
  @GET
  @Produces({"application/jwk-set+json", MediaType.APPLICATION_JSON})
  @Operation(summary = "The public keys of this issuer (RFC 7517)")
  public Response keys(@HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
    Jwks jwks = rings.jwks();
    Response.ResponseBuilder answer =
        Validators.matches(ifNoneMatch, jwks.etag())
            ? Response.notModified()
            : Response.ok(jwks.json());
    return answer
        .header(HttpHeaders.ETAG, jwks.etag())
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + jittered(maxAgeSeconds))
        .header("Access-Control-Allow-Origin", "*")
        .build();
  }

  private static long jittered(long seconds) {
    return Math.round(seconds * ThreadLocalRandom.current().nextDouble(EARLIEST, 1.0));
  }
}
