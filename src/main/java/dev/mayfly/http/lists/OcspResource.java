package dev.mayfly.http.lists;

import dev.mayfly.http.Validators;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.ocsp.OcspAnswer;
import dev.mayfly.revocation.ocsp.OcspAnswers;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * OCSP over HTTP (RFC 6960 appendix A) for anybody. What cannot be answered is an OCSP error in a
 * 200, as that appendix has it; by GET, caches keep answers as RFC 5019 6 allows.
 */
@Path("/ocsp")
@Produces(OcspResource.ANSWER)
@Tag(name = "lists")
@Cancellable(false)
public class OcspResource {

  static final String ANSWER = "application/ocsp-response";
  private static final String QUESTION = "application/ocsp-request";
  private static final String HERE = "/ocsp/";
  private static final byte[] NOTHING = new byte[0];

  private final OcspAnswers answers;
  private final InstantSource clock;
  private final Duration freshFor;

  OcspResource(OcspAnswers answers, InstantSource clock, ListsConfig lists) {
    this.answers = answers;
    this.clock = clock;
    this.freshFor = lists.ttl();
  }

  /** The request in DER. */
  @POST
  @Consumes(QUESTION)
  @Operation(summary = "Ask about certificates, by OCSP")
  public Uni<Response> post(byte @Nullable [] request) {
    return answers
        .answer(request == null ? NOTHING : request)
        .map(answer -> Response.ok(answer.der(), ANSWER))
        .map(response -> response.header(HttpHeaders.CACHE_CONTROL, "no-store").build());
  }

  /**
   * The request in DER, in base64, in the path. The path is read as it was sent: not every client
   * writes a slash of base64 as {@code %2F}, and two of them are not one.
   */
  @GET
  @Path("/{request:.+}")
  @Operation(summary = "Ask about a certificate, by OCSP, so that caches can answer")
  public Uni<Response> get(
      @Context HttpServerRequest request,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
    return answers.answer(decoded(request.path())).map(answer -> cacheable(answer, ifNoneMatch));
  }

  /** What is no base64 is no request either. */
  private static byte[] decoded(String path) {
    try {
      String base64 = path.substring(path.indexOf(HERE) + HERE.length()).replace("+", "%2B");
      return Base64.getDecoder().decode(URLDecoder.decode(base64, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      return NOTHING;
    }
  }

  private Response cacheable(OcspAnswer answer, @Nullable String ifNoneMatch) {
    return answer
        .reusable()
        .map(reusable -> cacheable(answer, reusable, ifNoneMatch))
        .orElseGet(
            () ->
                Response.ok(answer.der(), ANSWER)
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build());
  }

  /** RFC 5019 6.2. */
  private Response cacheable(
      OcspAnswer answer, OcspAnswer.Reusable reusable, @Nullable String ifNoneMatch) {
    long left = Math.max(0, Duration.between(clock.instant(), reusable.nextUpdate()).toSeconds());
    return (Validators.matches(ifNoneMatch, reusable.etag())
            ? Response.notModified()
            : Response.ok(answer.der(), ANSWER))
        .header(HttpHeaders.ETAG, reusable.etag())
        .lastModified(Date.from(reusable.thisUpdate()))
        .expires(Date.from(reusable.nextUpdate()))
        .header(
            HttpHeaders.CACHE_CONTROL,
            "max-age="
                + Math.min(freshFor.toSeconds(), left)
                + ", public, no-transform, must-revalidate")
        .build();
  }
}
