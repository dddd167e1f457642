package dev.mayfly.http.lists;

import dev.mayfly.Etag;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.ssh.SshKind;
import dev.mayfly.http.Validators;
import dev.mayfly.policy.SshRules;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
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
 * What a fleet's {@code sshd} and {@code ssh} need, for anybody: the CAs' public keys, one a line,
 * and the KRL. None of it is signed: fetch it over TLS.
 */
@Path("/ssh")
@Tag(name = "lists")
public class SshResource {

  /** The one KRL; its row is as old as the schema. */
  private static final ListId KRL = new ListId(0);

  private final ListBytes lists;
  private final SshKind ssh;

  SshResource(ListBytes lists, SshKind ssh) {
    this.lists = lists;
    this.ssh = ssh;
  }

  /** For {@code RevokedKeys} of sshd_config, and {@code RevokedHostKeys} of ssh_config. */
  @GET
  @Path("/krl")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(summary = "The key revocation list (OpenSSH PROTOCOL.krl)")
  public Uni<Response> krl(
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @HeaderParam("Prefer") @Nullable String prefer) {
    return lists.answer(
        KRL,
        ListKind.KRL,
        MediaType.APPLICATION_OCTET_STREAM,
        new ListBytes.Held(ifNoneMatch, prefer));
  }

  /** For {@code TrustedUserCAKeys} of sshd_config. */
  @GET
  @Path("/user-ca.pub")
  @Produces(MediaType.TEXT_PLAIN)
  @Operation(summary = "The CA keys of users' certificates")
  public Response users(@HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
    return lines(SshRules.Type.USER, ifNoneMatch);
  }

  /** For {@code @cert-authority} lines of known_hosts. */
  @GET
  @Path("/host-ca.pub")
  @Produces(MediaType.TEXT_PLAIN)
  @Operation(summary = "The CA keys of hosts' certificates")
  public Response hosts(@HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
    return lines(SshRules.Type.HOST, ifNoneMatch);
  }

  private Response lines(SshRules.Type type, @Nullable String ifNoneMatch) {
    byte[] text = ssh.lines(type);
    String etag = Etag.of(text);
    return (Validators.matches(ifNoneMatch, etag) ? Response.notModified() : Response.ok(text))
        .header(HttpHeaders.ETAG, etag)
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=60")
        .build();
  }
}
