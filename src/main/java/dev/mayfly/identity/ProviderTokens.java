package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.Trust;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what a people's provider signs: ID tokens and logout tokens. That it signed them, for
 * Mayfly, and that they are alive, is checked here; what they must say beyond is for whoever asked
 * for them.
 */
@ApplicationScoped
public class ProviderTokens {

  private static final Duration OLDEST_LOGOUT = Duration.ofMinutes(5);

  private final AssertionReader reader;
  private final TrustKeys keys;
  private final IdentityLimits limits;
  private final InstantSource clock;

  /**
   * A token's claims, verified.
   *
   * @param hash the JCA name of the hash that goes with its {@code alg} ({@code at_hash}, OpenID
   *     Connect Core 3.1.3.6)
   */
  public record Verified(Map<String, Object> claims, String hash) {

    public Optional<String> text(String name) {
      return new Claims(claims).text(name);
    }

    public Optional<Instant> time(String name) {
      return new Claims(claims).time(name);
    }

    /** Without the claims. */
    @Override
    public String toString() {
      return "Verified[" + hash + "]";
    }
  }

  public ProviderTokens(IdentityLimits limits, TrustKeys keys, InstantSource clock) {
    this.reader = new AssertionReader(limits);
    this.keys = keys;
    this.limits = limits;
    this.clock = clock;
  }

  /** An ID token of this login; {@code login-refused}, or the issuer's keys cannot be had. */
  public Uni<Outcome<Verified>> idToken(String token, Login login) {
    return verified(token, login, Proof.LOGIN);
  }

  /** A logout token of this login. */
  public Uni<Outcome<Verified>> logoutToken(String token, Login login) {
    return verified(token, login, Proof.LOGOUT).map(outcome -> outcome.then(this::recent));
  }

  /** Which issuer a token claims to be from, before anything in it is believed. */
  public Optional<String> claimedIssuer(String token) {
    return switch (reader.read(token, Proof.LOGOUT)) {
      case Outcome.Ok<SignedAssertion>(SignedAssertion signed) -> signed.claims().text("iss");
      case Outcome.Refused<SignedAssertion> refused -> Optional.empty();
    };
  }

  /** A logout that happened long ago is of a session that has ended since. */
  private Outcome<Verified> recent(Verified token) {
    Instant oldest = clock.instant().minus(OLDEST_LOGOUT);
    return token.time("iat").filter(at -> at.isAfter(oldest)).isPresent()
        ? Outcome.ok(token)
        : Proof.LOGOUT.refuse("the logout token is old, or does not say how old it is");
  }

  private Uni<Outcome<Verified>> verified(String token, Login login, Proof proof) {
    return reader
        .read(token, proof)
        .then(signed -> claims(signed, login, proof))
        .thenUni(signed -> signature(signed, login, proof));
  }

  /** OpenID Connect Core 3.1.3.7, 2 to 5 and 9 to 10. */
  private Outcome<SignedAssertion> claims(SignedAssertion signed, Login login, Proof proof) {
    Claims claims = signed.claims();
    if (!claims.text("iss").equals(Optional.of(login.issuer()))) {
      return proof.refuse("the token is of another issuer than " + login.id());
    }
    if (!isFor(claims, login.client())) {
      return proof.refuse("the token is not for Mayfly alone");
    }
    if (claims.text("azp").filter(party -> !party.equals(login.client())).isPresent()) {
      return proof.refuse("the token was made for another party (azp)");
    }
    if (claims.time("iat").isEmpty()) {
      return proof.refuse("iat is missing");
    }
    boolean ends = proof == Proof.LOGIN || claims.time("exp").isPresent();
    return ends
        ? AssertionTimes.end(claims, clock.instant(), limits.clockSkew(), proof)
            .then(end -> Outcome.ok(signed))
        : Outcome.ok(signed);
  }

  /** Any second audience is one that Mayfly does not know to trust (3.1.3.7, 3). */
  private static boolean isFor(Claims claims, String client) {
    return switch (claims.all().get("aud")) {
      case String one -> one.equals(client);
      case Collection<?> several -> several.size() == 1 && several.contains(client);
      case null, default -> false;
    };
  }

  private Uni<Outcome<Verified>> signature(SignedAssertion signed, Login login, Proof proof) {
    return keys.find(trust(login), signed.algorithm(), signed.kid())
        .map(
            found ->
                found.then(
                    key ->
                        key.verifies(signed.algorithm(), signed)
                            ? Outcome.ok(
                                new Verified(signed.claims().all(), hash(signed.algorithm())))
                            : proof.refuse("the signature does not verify")));
  }

  /** The keys are found and kept as those of any issuer. */
  private static Trust trust(Login login) {
    return new Trust(
        login.id(),
        login.issuer(),
        new KeySource.Discovery(),
        Optional.of(login.client()),
        Set.of(),
        false,
        Duration.ofDays(1));
  }

  private static String hash(SignatureAlgorithm algorithm) {
    String name = algorithm.joseName();
    return switch (name.substring(Math.max(0, name.length() - 3))) {
      case "256" -> "SHA-256";
      case "384" -> "SHA-384";
      default -> "SHA-512"; // also Ed25519, whose own hash it is
    };
  }
}
