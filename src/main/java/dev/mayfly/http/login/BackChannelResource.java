package dev.mayfly.http.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.http.Errors;
import dev.mayfly.http.RequestIds;
import dev.mayfly.http.oauth.Form;
import dev.mayfly.identity.login.ProviderLogouts;
import dev.mayfly.identity.login.ProviderLogouts.LoggedOut;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/**
 * Where a provider says that somebody has logged out there (OpenID Connect Back-Channel Logout).
 */
@Path("/login/backchannel-logout")
@Tag(name = "login")
@Cancellable(false)
public class BackChannelResource {

  private final ProviderLogouts logouts;
  private final SessionEnds ends;
  private final PolicyBook book;

  BackChannelResource(ProviderLogouts logouts, SessionEnds ends, PolicyBook book) {
    this.logouts = logouts;
    this.ends = ends;
    this.book = book;
  }

  /** Section 2.5: 200 when the sessions have ended, 400 for a token that is none. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(summary = "Hear from a provider that somebody has logged out")
  public Uni<Response> loggedOut(byte[] body, @HeaderParam(RequestIds.HEADER) String requestId) {
    return Form.parse(body)
        .then(form -> form.required("logout_token"))
        .thenUni(token -> logouts.read(token, book.current()))
        .chain(read -> read.thenUni(who -> end(who, requestId)))
        .map(
            done ->
                switch (done) {
                  case Outcome.Ok<Boolean> ok ->
                      Response.ok().header(HttpHeaders.CACHE_CONTROL, "no-store").build();
                  case Outcome.Refused<Boolean>(Refusal refusal) -> Errors.oauth(refusal);
                });
  }

  private Uni<Outcome<Boolean>> end(List<LoggedOut> who, String requestId) {
    return Multi.createFrom()
        .iterable(who)
        .onItem()
        .transformToUniAndConcatenate(one -> ends.loggedOut(one, requestId))
        .collect()
        .last()
        .replaceWith(Outcome.ok(true));
  }
}
