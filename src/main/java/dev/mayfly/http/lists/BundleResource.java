package dev.mayfly.http.lists;

import dev.mayfly.Refusal;
import dev.mayfly.credential.x509.TrustBundle;
import dev.mayfly.http.Errors;
import dev.mayfly.http.Validators;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The SPIFFE bundle endpoint, profile {@code https_web} (SPIFFE Trust Domain and Bundle 5.2.1): for
 * anybody, without authentication of the client.
 */
@Path("/spiffe/bundle")
@Tag(name = "lists")
public class BundleResource {

  private final TrustBundle bundle;

  BundleResource(TrustBundle bundle) {
    this.bundle = bundle;
  }

  /** The trust domain's bundle, or 304 when the caller has it. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "What verifiers of X509-SVIDs trust, as a SPIFFE bundle")
  public Response get(@HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
    return bundle
        .document()
        .map(document -> answer(document, ifNoneMatch))
        .orElseGet(
            () ->
                Errors.problem(
                    new Refusal.Unavailable("no-ca-certificate", "there is no root yet")));
  }

  private static Response answer(TrustBundle.Document document, @Nullable String ifNoneMatch) {
    return (Validators.matches(ifNoneMatch, document.etag())
            ? Response.notModified()
            : Response.ok(document.json()))
        .header(HttpHeaders.ETAG, document.etag())
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + document.refreshHint().toSeconds())
        .build();
  }
}
