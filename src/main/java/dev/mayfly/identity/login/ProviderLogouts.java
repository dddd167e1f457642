package dev.mayfly.identity.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.ProviderTokens;
import dev.mayfly.identity.ProviderTokens.Verified;
import dev.mayfly.identity.UsedAssertions;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hears from a provider that somebody has logged out there (OpenID Connect Back-Channel Logout).
 */
@ApplicationScoped
public class ProviderLogouts {

  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

  /** Longer than a logout token is young ({@link ProviderTokens#logoutToken}), and its skew. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final ProviderTokens tokens;
  private final UsedAssertions used;
  private final InstantSource clock;

  public ProviderLogouts(ProviderTokens tokens, UsedAssertions used, InstantSource clock) {
    this.tokens = tokens;
    this.used = used;
    this.clock = clock;
  }

  /**
   * Who has logged out: one session at the provider, or with none named all of a person's.
   *
   * @param trust the id of the login
   */
  public record LoggedOut(String trust, Optional<String> subject, Optional<String> session) {}

  /** Section 2.6. */
  public Uni<Outcome<List<LoggedOut>>> read(String token, CompiledPolicy policy) {
    Optional<String> issuer = tokens.claimedIssuer(token);
    List<Login> logins =
        policy.policy().logins().values().stream()
            .filter(login -> issuer.equals(Optional.of(login.issuer())))
            .toList();
    if (logins.isEmpty()) {
      return refused("no login has this issuer");
    }
    return tokens
        .logoutToken(token, logins.getFirst())
        .map(read -> read.then(ProviderLogouts::event))
        .chain(read -> read.thenUni(verified -> once(verified, logins)));
  }

  private static Outcome<Verified> event(Verified token) {
    boolean says =
        token.claims().get("events") instanceof Map<?, ?> events
            && events.get(EVENT) instanceof Map<?, ?>;
    boolean names = token.text("sub").isPresent() || token.text("sid").isPresent();
    boolean mistaken = token.claims().containsKey("nonce"); // 2.4: then it is an ID token
    return says && names && !mistaken && token.text("jti").isPresent()
        ? Outcome.ok(token)
        : Outcome.refused(malformed("the token does not say who has logged out"));
  }

  private Uni<Outcome<List<LoggedOut>>> once(Verified token, List<Login> logins) {
    String issuer = logins.getFirst().issuer();
    return used.use(
            Uuids.hash("logout", issuer, token.text("jti").orElseThrow()),
            clock.instant().plus(REMEMBERED))
        .map(
            first ->
                first
                    ? Outcome.ok(
                        logins.stream()
                            .map(
                                login ->
                                    new LoggedOut(login.id(), token.text("sub"), token.text("sid")))
                            .toList())
                    : Outcome.refused(malformed("the logout token was shown before")));
  }

  private static Refusal malformed(String why) {
    return new Refusal.Malformed("logout-token-refused", why);
  }

  private static <T> Uni<Outcome<T>> refused(String why) {
    return Uni.createFrom().item(Outcome.refused(malformed(why)));
  }
}
