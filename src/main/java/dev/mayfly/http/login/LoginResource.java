package dev.mayfly.http.login;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.session.BrowserSessions;
import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.http.Errors;
import dev.mayfly.http.RequestIds;
import dev.mayfly.http.oauth.Form;
import dev.mayfly.identity.login.Confirmed;
import dev.mayfly.identity.login.Demand;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.identity.login.RelyingParty;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** A browser's way to its provider and back, and out again. */
@Path("/login")
@Tag(name = "login")
@Cancellable(false)
public class LoginResource {

  private static final Duration LONGEST_AGE = Duration.ofDays(1);

  private final PolicyBook book;
  private final RelyingParty provider;
  private final BrowserSessions sessions;
  private final SessionEnds ends;
  private final Cookies cookies;
  private final Duration attemptLasts;
  private final String issuer;

  LoginResource(
      PolicyBook book,
      RelyingParty provider,
      BrowserSessions sessions,
      SessionEnds ends,
      Cookies cookies,
      LoginLimits limits,
      MayflyConfig mayfly) {
    this.book = book;
    this.provider = provider;
    this.sessions = sessions;
    this.ends = ends;
    this.cookies = cookies;
    this.attemptLasts = limits.attemptLasts();
    this.issuer = mayfly.issuer();
  }

  /**
   * Who is logged in, or the way to the provider.
   *
   * @param trust which login; the only one where there is one
   * @param next a path of ours to go on to
   * @param maxAge seconds since the person proved who they are; 0: they do so now
   * @param acr how strong the login has to be
   */
  @GET
  @Operation(summary = "Log in with a browser (OpenID Connect)")
  public Uni<Response> login(
      @QueryParam("trust") @Nullable String trust,
      @QueryParam("next") @Nullable String next,
      @QueryParam("max_age") @Nullable String maxAge,
      @QueryParam("acr_values") @Nullable String acr,
      @Context HttpHeaders request,
      @HeaderParam(RequestIds.HEADER) String requestId) {
    CompiledPolicy policy = book.current();
    Demand demand = demand(maxAge, acr);
    Uni<Optional<Person>> present =
        demand.equals(Demand.NONE)
            ? cookies
                .session(request)
                .map(cookie -> sessions.person(cookie, policy, requestId))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
            : Uni.createFrom().item(Optional.empty());
    String goesOn = Destination.of(next);
    return present.chain(
        person ->
            person
                .map(who -> Uni.createFrom().item(welcome(who, goesOn, request)))
                .orElseGet(() -> toProvider(trust, goesOn, demand, policy)));
  }

  private static Demand demand(@Nullable String maxAge, @Nullable String acr) {
    Optional<Duration> age =
        Optional.ofNullable(maxAge)
            .filter(text -> text.matches("[0-9]{1,6}"))
            .map(text -> Duration.ofSeconds(Long.parseLong(text)))
            .filter(duration -> duration.compareTo(LONGEST_AGE) <= 0);
    List<String> contexts = Optional.ofNullable(acr).flatMap(Demand::contexts).orElse(List.of());
    return new Demand(age, contexts);
  }

  private Response welcome(Person person, String goesOn, HttpHeaders request) {
    if (!goesOn.equals(Destination.HOME)) {
      return Response.seeOther(URI.create(issuer + goesOn)).build();
    }
    String token = Cookies.formToken(cookies.session(request).orElse(""));
    return Pages.page(
            200,
            Pages.Templates.welcome(
                person.name(), person.groups().stream().sorted().toList(), token))
        .build();
  }

  private Uni<Response> toProvider(
      @Nullable String trust, String goesOn, Demand demand, CompiledPolicy policy) {
    Map<String, Login> logins = new TreeMap<>(policy.policy().logins());
    if (logins.isEmpty()) {
      return Uni.createFrom()
          .item(
              Pages.said(404, "No login here", "The policy of this broker names no people's login.")
                  .build());
    }
    Optional<Login> chosen =
        logins.size() == 1
            ? logins.values().stream().findFirst()
            : Optional.ofNullable(trust).map(logins::get);
    return chosen
        .map(login -> toProvider(login, goesOn, demand))
        .orElseGet(() -> Uni.createFrom().item(choose(logins, goesOn)));
  }

  private static Response choose(Map<String, Login> logins, String goesOn) {
    List<Pages.Choice> choices =
        logins.keySet().stream()
            .map(id -> new Pages.Choice(id, "/login?trust=" + id + "&next=" + encode(goesOn)))
            .toList();
    return Pages.page(200, Pages.Templates.choose(choices)).build();
  }

  private Uni<Response> toProvider(Login login, String goesOn, Demand demand) {
    return provider
        .begin(login, demand, goesOn)
        .map(
            begun ->
                switch (begun) {
                  case Outcome.Ok<RelyingParty.Begun>(RelyingParty.Begun away) ->
                      Response.seeOther(away.address())
                          .cookie(cookies.attempt(away.attempt(), attemptLasts))
                          .header(HttpHeaders.CACHE_CONTROL, "no-store")
                          .header("Referrer-Policy", "no-referrer")
                          .build();
                  case Outcome.Refused<RelyingParty.Begun>(Refusal refusal) -> refused(refusal);
                });
  }

  /** The way back from the provider. */
  @GET
  @Path("/callback")
  @Operation(summary = "Where the provider sends the browser back to")
  public Uni<Response> callback(
      @QueryParam("state") @Nullable String state,
      @QueryParam("code") @Nullable String code,
      @QueryParam("error") @Nullable String error,
      @QueryParam("iss") @Nullable String iss,
      @Context HttpHeaders request,
      @HeaderParam(RequestIds.HEADER) String requestId) {
    Optional<String> attempt = cookies.attempt(request);
    if (state == null || attempt.isEmpty()) {
      return Uni.createFrom()
          .item(
              refused(
                  new Refusal.Denied("login-unknown", "no state, or not the browser that began")));
    }
    CompiledPolicy policy = book.current();
    RelyingParty.Return back =
        new RelyingParty.Return(
            state,
            attempt.get(),
            Optional.ofNullable(code),
            Optional.ofNullable(error),
            Optional.ofNullable(iss));
    return provider
        .finish(back, policy)
        .chain(
            finished ->
                switch (finished) {
                  case Outcome.Ok<Confirmed>(Confirmed confirmed) ->
                      logIn(confirmed, policy, request, requestId);
                  case Outcome.Refused<Confirmed>(Refusal refusal) ->
                      Uni.createFrom().item(refused(refusal));
                });
  }

  private Uni<Response> logIn(
      Confirmed confirmed, CompiledPolicy policy, HttpHeaders request, String requestId) {
    String cookie = OpaqueToken.fresh();
    return sessions
        .logIn(confirmed, cookies.session(request), cookie, policy, requestId)
        .map(
            opened ->
                switch (opened) {
                  case Outcome.Ok<GrantId> session ->
                      Response.seeOther(URI.create(issuer + confirmed.goesOn()))
                          .cookie(cookies.session(cookie), cookies.noAttempt())
                          .header(HttpHeaders.CACHE_CONTROL, "no-store")
                          .build();
                  case Outcome.Refused<GrantId>(Refusal refusal) -> refused(refusal);
                });
  }

  /** Logs out: the session ends, and with it everything minted under it. */
  @POST
  @Path("/logout")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(summary = "Log out with a browser")
  public Uni<Response> logout(
      byte[] body, @Context HttpHeaders request, @HeaderParam(RequestIds.HEADER) String requestId) {
    String cookie = cookies.session(request).orElse("");
    boolean ours =
        Form.parse(body) instanceof Outcome.Ok<Form>(Form form)
            && form.one("token").filter(t -> Cookies.isFormToken(t, cookie)).isPresent();
    if (cookie.isEmpty() || !ours) {
      return Uni.createFrom()
          .item(Pages.said(403, "Not logged out", "This form is not of your session.").build());
    }
    return sessions
        .person(cookie, book.current(), requestId)
        .chain(
            person ->
                person
                    .map(who -> ends.logOut(who.session(), requestId))
                    .orElseGet(() -> Uni.createFrom().voidItem()))
        .replaceWith(
            () ->
                Pages.said(
                        200,
                        "Logged out",
                        "Your session has ended, and everything that was given out under it.")
                    .cookie(cookies.noSession())
                    .build());
  }

  /** One page for whatever failed: a stranger learns nothing from it; the log knows. */
  private Response refused(Refusal refusal) {
    Errors.note(refusal);
    if (refusal instanceof Refusal.Unavailable) {
      return Pages.said(
              503,
              "Not logged in",
              "The provider cannot be reached at the moment. Try again in a minute.")
          .header(HttpHeaders.RETRY_AFTER, "10")
          .build();
    }
    return Pages.said(
            403,
            "Not logged in",
            "The login did not succeed, or you have no access here. Begin again; if it stays so,"
                + " ask who runs this broker.")
        .cookie(cookies.noAttempt())
        .build();
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
