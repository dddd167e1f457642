package dev.mayfly.http.admin;

import dev.mayfly.credential.CredentialQueries;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.store.CredentialId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the ledger says of a credential; the credential itself exists nowhere here. */
@Path("/v1/credentials")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class CredentialsResource {

  private final CredentialQueries credentials;
  private final Answers answers;

  CredentialsResource(CredentialQueries credentials, Answers answers) {
    this.credentials = credentials;
    this.answers = answers;
  }

  /** One credential, by its id (the {@code jti} of a JWT). */
  @GET
  @Path("/{id}")
  @Operation(summary = "A credential")
  public Uni<Response> get(@PathParam("id") String id) {
    return answers.ok(
        Ask.thing(id, CredentialId::of).thenUni(one -> credentials.one(one).map(Ask::found)),
        Wire.Credential::of);
  }
}
