package dev.mayfly.http.lists;

import dev.mayfly.Etag;
import dev.mayfly.Refusal;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Pem;
import dev.mayfly.http.Errors;
import dev.mayfly.store.KeyId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The certificates of the broker's own authorities, for anybody. */
@Path("/ca")
@Tag(name = "lists")
public class AuthoritiesResource {

  private static final String CERTIFICATE = "application/pkix-cert";
  private static final String PEM = "application/pem-certificate-chain";

  private final Authorities authorities;

  AuthoritiesResource(Authorities authorities) {
    this.authorities = authorities;
  }

  /** What a verifier trusts: every root that is not tainted, in PEM. */
  @GET
  @Path("/trust.pem")
  @Produces(PEM)
  @Operation(summary = "The roots to trust, in PEM")
  public Response trust() {
    String pem = authorities.trusted().stream().map(Pem::certificate).collect(Collectors.joining());
    return pem.isEmpty()
        ? Errors.problem(new Refusal.Unavailable("no-ca-certificate", "there is no root yet"))
        : Response.ok(pem)
            .header(
                HttpHeaders.ETAG, Etag.of(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
            .header(HttpHeaders.CACHE_CONTROL, "public, max-age=300")
            .build();
  }

  /** One authority's certificate, as caIssuers names it (RFC 5280 4.2.2.1). */
  @GET
  @Path("/{kid:[A-Za-z0-9_-]{43}}.cer")
  @Produces(CERTIFICATE)
  @Operation(summary = "The certificate of one authority, in DER")
  public Response certificate(@PathParam("kid") String kid) {
    return authorities
        .any(new KeyId(kid))
        .map(
            authority ->
                Response.ok(authority.der())
                    .header(HttpHeaders.CACHE_CONTROL, "public, max-age=86400")
                    .build())
        .orElseGet(
            () -> Errors.problem(new Refusal.NotFound("authority-unknown", "no such authority")));
  }
}
