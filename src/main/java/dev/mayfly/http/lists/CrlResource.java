package dev.mayfly.http.lists;

import dev.mayfly.credential.ListKind;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Serves CRLs (RFC 5280 5) to anybody, in DER (RFC 2585 4.2): no authentication, by plain GET. */
@Path("/crl")
@Tag(name = "lists")
public class CrlResource {

  private static final String MEDIA_TYPE = "application/pkix-crl";

  private final ListBytes lists;

  CrlResource(ListBytes lists) {
    this.lists = lists;
  }

  /** The list that a certificate's CRL distribution point names. */
  @GET
  @Path("/{id:[1-9][0-9]{0,17}}.crl")
  @Produces(MEDIA_TYPE)
  @Operation(summary = "One CRL, in DER")
  public Uni<Response> get(
      @PathParam("id") long id,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @HeaderParam("Prefer") @Nullable String prefer) {
    return lists.answer(
        new ListId(id), ListKind.CRL, MEDIA_TYPE, new ListBytes.Held(ifNoneMatch, prefer));
  }
}
