package dev.mayfly.identity.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.identity.ProviderTokens;
import dev.mayfly.identity.ProviderTokens.Verified;
import dev.mayfly.policy.Login;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * What an ID token has to say beyond that it is the provider's, for Mayfly, and alive: that it
 * answers this very login, and that the person did what was asked (OpenID Connect Core 3.1.3.7).
 */
@ApplicationScoped
public class IdTokenCheck {

  private final ProviderTokens tokens;
  private final Duration skew;
  private final InstantSource clock;

  public IdTokenCheck(ProviderTokens tokens, IdentityLimits limits, InstantSource clock) {
    this.tokens = tokens;
    this.skew = limits.clockSkew();
    this.clock = clock;
  }

  /** The ID token of a login. */
  Uni<Outcome<Verified>> first(CodeExchange.Tokens given, Attempt attempt, Login login) {
    return idToken(given, login)
        .map(
            read ->
                read.then(token -> person(token, given.accessToken()))
                    .then(token -> nonce(token, attempt))
                    .then(token -> demand(token, attempt)));
  }

  /** The ID token of a refresh (12.2): of the same person, and of no nonce that we would know. */
  Uni<Outcome<Verified>> again(CodeExchange.Tokens given, Login login, String subject) {
    return idToken(given, login)
        .map(
            read ->
                read.then(token -> person(token, given.accessToken()))
                    .then(
                        token ->
                            token.text("sub").equals(Optional.of(subject))
                                ? Outcome.ok(token)
                                : refused("the ID token is about somebody else")));
  }

  private Uni<Outcome<Verified>> idToken(CodeExchange.Tokens given, Login login) {
    return given
        .idToken()
        .map(token -> tokens.idToken(token, login))
        .orElseGet(
            () ->
                Uni.createFrom()
                    .item(
                        Outcome.refused(
                            new Refusal.Unavailable(
                                "provider-unusable",
                                "the provider of " + login.id() + " gives no ID token"))));
  }

  /**
   * When the person proved who they are. A provider that does not say so may have let them in by an
   * old session of its own: that is never fresh.
   */
  static Instant authTime(Verified token) {
    return token.time("auth_time").orElse(Instant.EPOCH);
  }

  private static Outcome<Verified> person(Verified token, String accessToken) {
    if (token.text("sub").filter(sub -> sub.length() <= 255).isEmpty()) {
      return refused("sub is missing or too long");
    }
    boolean other =
        token.claims().containsKey("at_hash")
            && !token.text("at_hash").equals(Optional.of(half(token, accessToken)));
    return other ? refused("at_hash is of another access token") : Outcome.ok(token);
  }

  private static Outcome<Verified> nonce(Verified token, Attempt attempt) {
    return token.text("nonce").equals(Optional.of(attempt.nonce()))
        ? Outcome.ok(token)
        : refused("the nonce is not that of this login");
  }

  /**
   * Boundaries: who was asked to prove themselves now did so when the login had begun or later;
   * otherwise exactly {@code max_age} ago will do. Both by the skew of the provider's clock.
   */
  private Outcome<Verified> demand(Verified token, Attempt attempt) {
    Demand demand = attempt.demand();
    if (demand.maxAge().isPresent()) {
      Instant oldest =
          demand.isFresh()
              ? attempt.begun().minus(skew).minusSeconds(1) // auth_time has whole seconds
              : clock.instant().minus(demand.maxAge().get()).minus(skew);
      if (token.time("auth_time").filter(at -> !at.isBefore(oldest)).isEmpty()) {
        return refused("the person has not proved who they are as lately as asked (auth_time)");
      }
    }
    return demand.acr().isEmpty() || token.text("acr").filter(demand.acr()::contains).isPresent()
        ? Outcome.ok(token)
        : refused("the login was not as strong as asked (acr)");
  }

  /** 3.1.3.6: the left half of the access token's hash. */
  private static String half(Verified token, String accessToken) {
    try {
      byte[] hash =
          MessageDigest.getInstance(token.hash())
              .digest(accessToken.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(hash, hash.length / 2));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + token.hash(), e);
    }
  }

  private static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Denied("login-refused", why));
  }
}
