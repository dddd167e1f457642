package dev.mayfly.http.oauth;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.session.RefreshTokens;
import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.http.Errors;
import dev.mayfly.http.RequestIds;
import dev.mayfly.revocation.Introspection;
import dev.mayfly.revocation.Introspections;
import dev.mayfly.revocation.Revocations;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** The owner gives a token back (RFC 7009). Known and unknown tokens are answered alike. */
@Path("/oauth/revoke")
@Tag(name = "oauth")
@Cancellable(false)
public class RevocationResource {

  private final ClientAuthentication clients;
  private final Introspections introspections;
  private final Revocations revocations;
  private final RefreshTokens refreshTokens;
  private final SessionEnds ends;
  private final String issuer;

  RevocationResource(
      ClientAuthentication clients,
      Introspections introspections,
      Revocations revocations,
      RefreshTokens refreshTokens,
      SessionEnds ends,
      MayflyConfig mayfly) {
    this.refreshTokens = refreshTokens;
    this.ends = ends;
    this.issuer = mayfly.issuer();
    this.clients = clients;
    this.introspections = introspections;
    this.revocations = revocations;
  }

  /** Revokes the caller's own token; anything else is passed over in silence (section 2.2). */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(summary = "Give a token of one's own back (RFC 7009)")
  public Uni<Response> revoke(
      byte[] body,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION)
          @Nullable String authorization,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    return Form.parse(body)
        .thenUni(form -> revoke(form, authorization, requestId))
        .map(RevocationResource::answer);
  }

  private Uni<Outcome<Boolean>> revoke(
      Form form, @Nullable String authorization, String requestId) {
    if (SessionTokens.isPublic(form)) {
      return form.required("token").thenUni(token -> logOut(token, requestId));
    }
    return clients
        .authenticate(form, authorization)
        .chain(
            outcome ->
                outcome
                    .then(
                        client ->
                            form.required("token")
                                .then(token -> Outcome.ok(new Wish(client, token, requestId))))
                    .thenUni(this::fulfil));
  }

  /**
   * The token of a person's session: whoever holds it may give it back, and the session with it.
   */
  private Uni<Outcome<Boolean>> logOut(String token, String requestId) {
    return refreshTokens
        .session(token)
        .chain(
            known ->
                known
                    .map(session -> Uni.createFrom().item(Optional.of(session)))
                    .orElseGet(
                        () ->
                            introspections
                                .introspect(token, "", Set.of(issuer))
                                .map(RevocationResource::grant)))
        .chain(
            session ->
                session
                    .map(id -> ends.logOut(id, requestId))
                    .orElseGet(() -> Uni.createFrom().voidItem()))
        .replaceWith(Outcome.ok(true));
  }

  private static Optional<GrantId> grant(Introspection found) {
    return switch (found) {
      case Introspection.Inactive inactive -> Optional.empty();
      case Introspection.Active active ->
          Optional.of(GrantId.of(String.valueOf(active.claims().get("grant"))));
    };
  }

  private record Wish(ClientAuthentication.Client owner, String token, String requestId) {}

  /** Introspection tells a live token of the caller's own from everything else. */
  private Uni<Outcome<Boolean>> fulfil(Wish wish) {
    return introspections
        .introspect(wish.token(), wish.owner().proven().name(), Set.of())
        .chain(found -> take(found, wish))
        .replaceWith(Outcome.ok(true));
  }

  private Uni<Void> take(Introspection found, Wish wish) {
    return switch (found) {
      case Introspection.Inactive inactive -> Uni.createFrom().voidItem();
      case Introspection.Active active ->
          revocations.revokeOwn(
              CredentialId.of(String.valueOf(active.claims().get("jti"))),
              wish.owner().id(),
              wish.owner().proven().name(),
              wish.requestId());
    };
  }

  private static Response answer(Outcome<Boolean> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Boolean> done ->
          Response.ok().header(HttpHeaders.CACHE_CONTROL, "no-store").build();
      case Outcome.Refused<Boolean>(Refusal refusal) -> Errors.oauth(refusal);
    };
  }
}
