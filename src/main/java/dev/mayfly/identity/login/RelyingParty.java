package dev.mayfly.identity.login;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.ProviderTokens;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.key.Sealing;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Mayfly at a people's provider: the authorization code flow with PKCE (OpenID Connect Core 3.1,
 * RFC 7636, RFC 9207, RFC 9700), from sending the browser there to who came back.
 */
@ApplicationScoped
public class RelyingParty {

  /** Where providers send the browser back to, below the issuer; registered there exactly so. */
  public static final String CALLBACK = "/login/callback";

  private final Providers providers;
  private final Attempts attempts;
  private final CodeExchange exchange;
  private final IdTokenCheck check;
  private final Sealing sealing;
  private final InstantSource clock;
  private final String issuer;

  public RelyingParty(
      Providers providers,
      Attempts attempts,
      CodeExchange exchange,
      IdTokenCheck check,
      Sealing sealing,
      InstantSource clock,
      MayflyConfig mayfly) {
    this.providers = providers;
    this.attempts = attempts;
    this.exchange = exchange;
    this.check = check;
    this.sealing = sealing;
    this.clock = clock;
    this.issuer = mayfly.issuer();
  }

  /**
   * What came back with the browser.
   *
   * @param attempt what the browser was given when it was sent away
   * @param issuer {@code iss} (RFC 9207)
   */
  public record Return(
      String state,
      String attempt,
      Optional<String> code,
      Optional<String> error,
      Optional<String> issuer) {

    /** Without its secrets. */
    @Override
    public String toString() {
      return "Return";
    }
  }

  /**
   * A login that begins.
   *
   * @param address where to send the browser
   * @param attempt what it keeps meanwhile, sealed
   */
  public record Begun(URI address, String attempt) {

    /** Without what the browser keeps. */
    @Override
    public String toString() {
      return "Begun";
    }
  }

  /**
   * Begins a login.
   *
   * @param goesOn where the browser goes afterwards: a path of ours
   */
  public Uni<Outcome<Begun>> begin(Login login, Demand demand, String goesOn) {
    String state = OpaqueToken.fresh();
    Attempt attempt =
        new Attempt(
            login.id(), OpaqueToken.fresh(), OpaqueToken.fresh(), demand, goesOn, clock.instant());
    return providers
        .of(login)
        .map(
            found ->
                found.then(
                    provider ->
                        Outcome.ok(
                            new Begun(
                                request(provider, login, attempt, state),
                                attempts.seal(state, attempt)))));
  }

  private URI request(Provider provider, Login login, Attempt attempt, String state) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("response_type", "code");
    parameters.put("client_id", login.client());
    parameters.put("redirect_uri", issuer + CALLBACK);
    parameters.put("scope", String.join(" ", login.scopes().stream().sorted().toList()));
    parameters.put("state", state);
    parameters.put("nonce", attempt.nonce());
    parameters.put("code_challenge_method", "S256");
    parameters.put("code_challenge", challenge(attempt.verifier()));
    Demand demand = attempt.demand();
    demand.maxAge().ifPresent(age -> parameters.put("max_age", String.valueOf(age.toSeconds())));
    if (demand.isFresh()) {
      parameters.put("prompt", "login");
    }
    if (!demand.acr().isEmpty()) {
      parameters.put("acr_values", String.join(" ", demand.acr()));
    }
    String separator = provider.authorization().getRawQuery() == null ? "?" : "&";
    return URI.create(provider.authorization() + separator + CodeExchange.form(parameters));
  }

  private static String challenge(String verifier) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(OpaqueToken.hash(verifier));
  }

  /** Ends a login: who came back. */
  public Uni<Outcome<Confirmed>> finish(Return back, CompiledPolicy policy) {
    return attempts
        .take(back.state(), back.attempt())
        .chain(
            taken ->
                taken.thenUni(
                    attempt ->
                        Optional.ofNullable(policy.policy().logins().get(attempt.trust()))
                            .map(login -> finish(back, attempt, login, policy))
                            .orElseGet(() -> refused("the policy has no such login any more"))));
  }

  private Uni<Outcome<Confirmed>> finish(
      Return back, Attempt attempt, Login login, CompiledPolicy policy) {
    if (back.error().isPresent()) {
      return refused("the provider says that the login did not succeed");
    }
    if (back.code().isEmpty()) {
      return refused("the provider sent no code");
    }
    return providers
        .of(login)
        .map(found -> found.then(provider -> mixUp(provider, back, login)))
        .chain(
            found ->
                found.thenUni(
                    provider ->
                        exchange.code(login, provider, back.code().get(), attempt.verifier())))
        .chain(found -> found.thenUni(tokens -> confirm(tokens, attempt, login, policy)));
  }

  /** RFC 9207 2.4: an answer that names another issuer was mixed up by an attacker. */
  private static Outcome<Provider> mixUp(Provider provider, Return back, Login login) {
    boolean good =
        back.issuer().isPresent()
            ? back.issuer().get().equals(login.issuer())
            : !provider.saysIssuer();
    return good
        ? Outcome.ok(provider)
        : Outcome.refused(
            new Refusal.Denied("login-refused", "the answer is of another issuer (RFC 9207)"));
  }

  private Uni<Outcome<Confirmed>> confirm(
      CodeExchange.Tokens tokens, Attempt attempt, Login login, CompiledPolicy policy) {
    return check
        .first(tokens, attempt, login)
        .chain(checked -> checked.thenUni(token -> withUserinfo(tokens, token, login)))
        .map(checked -> checked.then(said -> named(said, tokens, login, attempt, policy)));
  }

  /** What was verified, and what more the provider said of the same person. */
  private record Said(ProviderTokens.Verified token, Map<String, Object> claims) {}

  private Uni<Outcome<Said>> withUserinfo(
      CodeExchange.Tokens tokens, ProviderTokens.Verified token, Login login) {
    if (token.claims().containsKey(login.groupsClaim())) {
      return Uni.createFrom().item(Outcome.ok(new Said(token, token.claims())));
    }
    return exchange
        .userinfo(login, tokens.accessToken(), token.text("sub").orElse(""))
        .map(
            found ->
                found.then(
                    more -> {
                      Map<String, Object> all = new LinkedHashMap<>(more);
                      all.putAll(token.claims());
                      return Outcome.ok(new Said(token, all));
                    }));
  }

  private Outcome<Confirmed> named(
      Said said, CodeExchange.Tokens tokens, Login login, Attempt attempt, CompiledPolicy policy) {
    String subject = said.token().text("sub").orElseThrow();
    return PersonClaims.name(
            PersonClaims.kept(said.claims(), login), login, policy, clock.instant())
        .then(
            named ->
                Outcome.ok(
                    new Confirmed(
                        named.entry(),
                        named.proven(),
                        subject,
                        said.token().text("sid"),
                        IdTokenCheck.authTime(said.token()),
                        tokens
                            .refreshToken()
                            .map(token -> sealing.seal(token, owner(login.id(), subject))),
                        attempt.goesOn())));
  }

  /**
   * Asks the provider again about somebody whom it has vouched for.
   *
   * @param sealed its refresh token
   */
  public Uni<AskedAgain> again(Login login, String subject, byte[] sealed) {
    Optional<String> token = sealing.open(sealed, owner(login.id(), subject));
    if (token.isEmpty()) {
      return Uni.createFrom().item(new AskedAgain.Silent()); // sealed under a key that is gone
    }
    return providers
        .of(login)
        .chain(found -> found.thenUni(provider -> exchange.refresh(login, provider, token.get())))
        .chain(found -> found.thenUni(tokens -> stillThere(tokens, login, subject)))
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<AskedAgain.Still>(AskedAgain.Still still) -> still;
                  case Outcome.Refused<AskedAgain.Still>(Refusal.Denied no) ->
                      new AskedAgain.Refused();
                  case Outcome.Refused<AskedAgain.Still> nothing -> new AskedAgain.Silent();
                });
  }

  private Uni<Outcome<AskedAgain.Still>> stillThere(
      CodeExchange.Tokens tokens, Login login, String subject) {
    Optional<byte[]> next =
        tokens.refreshToken().map(token -> sealing.seal(token, owner(login.id(), subject)));
    return claims(tokens, login, subject)
        .map(
            found ->
                found.then(
                    claims ->
                        Outcome.ok(new AskedAgain.Still(PersonClaims.kept(claims, login), next))));
  }

  /**
   * A refresh need not bring an ID token (OpenID Connect Core 12.2): then the userinfo says who the
   * person is by now, and how they once logged in is said no longer.
   */
  private Uni<Outcome<Map<String, Object>>> claims(
      CodeExchange.Tokens tokens, Login login, String subject) {
    if (tokens.idToken().isEmpty()) {
      return exchange
          .userinfo(login, tokens.accessToken(), subject)
          .map(found -> found.then(said -> said.isEmpty() ? nothingSaid(login) : found));
    }
    return check
        .again(tokens, login, subject)
        .chain(checked -> checked.thenUni(token -> withUserinfo(tokens, token, login)))
        .map(checked -> checked.then(said -> Outcome.ok(said.claims())));
  }

  private static <T> Outcome<T> nothingSaid(Login login) {
    return Outcome.refused(
        new Refusal.Unavailable(
            "provider-unusable",
            "the provider of %s renews without an ID token and has no userinfo"
                .formatted(login.id())));
  }

  private static String owner(String trust, String subject) {
    return "provider " + trust + " " + subject;
  }

  private static <T> Uni<Outcome<T>> refused(String why) {
    return Uni.createFrom().item(Outcome.refused(new Refusal.Denied("login-refused", why)));
  }
}
