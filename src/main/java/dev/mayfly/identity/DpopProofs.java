package dev.mayfly.identity;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads and checks DPoP proofs (RFC 9449 4.3): that whoever sent this request, now and for the
 * first time, holds the private key. What costs the least is checked first; the signature comes
 * last.
 */
@ApplicationScoped
public class DpopProofs {

  /** For metadata and challenges (RFC 9449 5.1, 7.1), by the names of RFC 9864. */
  public static final List<String> ALGORITHMS = List.of("ES256", "Ed25519", "PS256", "RS256");

  /** As above, and Ed25519 by the name that libraries still write (RFC 8037). */
  private static final Set<SignatureAlgorithm> ACCEPTED =
      EnumSet.of(
          SignatureAlgorithm.ES256,
          SignatureAlgorithm.ED25519,
          SignatureAlgorithm.EDDSA,
          SignatureAlgorithm.PS256,
          SignatureAlgorithm.RS256);

  /** A proof by RSA with 4096 bits is half as long. */
  private static final int MAX_LENGTH = 4_096;

  private static final int MAX_JTI = 128;

  private final AssertionReader reader = new AssertionReader(MAX_LENGTH);
  private final IdentityLimits.Dpop limits;
  private final DpopNonces nonces;
  private final UsedAssertions used;
  private final String issuer;
  private final InstantSource clock;

  public DpopProofs(
      MayflyConfig mayfly,
      IdentityLimits limits,
      DpopNonces nonces,
      UsedAssertions used,
      InstantSource clock) {
    this.limits = limits.dpop();
    this.nonces = nonces;
    this.used = used;
    this.issuer = mayfly.issuer();
    this.clock = clock;
  }

  /**
   * The request that a proof has to be made for.
   *
   * @param method as sent
   * @param path as sent, below the issuer; where the request says it went ({@code Host}) is not
   *     asked
   * @param token the access token sent with it, at a resource (RFC 9449 7)
   */
  public record Request(String method, String path, Optional<String> token) {}

  /**
   * Checks the proof. It is not yet used up.
   *
   * @param headers every {@code DPoP} header of the request: there has to be exactly one
   * @return {@link Refusal.BadDpop} for whatever reason it is refused
   */
  public Outcome<DpopProof> check(List<String> headers, Request request) {
    if (headers.size() != 1) {
      return Proof.DPOP.refuse("there are " + headers.size() + " DPoP headers");
    }
    return reader
        .read(headers.getFirst(), Proof.DPOP)
        .then(this::checkAlgorithm)
        .then(signed -> checkRequest(signed, request))
        .then(this::checkClaims);
  }

  /**
   * Uses the proof up, on all nodes at once: the thumbprint of its key, or that it was replayed.
   */
  public Uni<Outcome<String>> useUp(DpopProof proof) {
    return used.useSoon(proof.replayKey(), proof.until())
        .map(
            first ->
                first
                    ? Outcome.ok(proof.jkt())
                    : Proof.DPOP.refuse("the proof was used before, or ended meanwhile"));
  }

  private Outcome<SignedAssertion> checkAlgorithm(SignedAssertion signed) {
    return ACCEPTED.contains(signed.algorithm())
        ? Outcome.ok(signed)
        : Proof.DPOP.refuse("alg is not one for proofs");
  }

  private Outcome<SignedAssertion> checkRequest(SignedAssertion signed, Request request) {
    Claims claims = signed.claims();
    if (!claims.text("htm").equals(Optional.of(request.method()))) {
      return Proof.DPOP.refuse("htm is not the method of the request");
    }
    Optional<String> made = claims.text("htu").flatMap(HttpTarget::normalized);
    if (made.isEmpty() || !made.equals(HttpTarget.normalized(issuer + request.path()))) {
      return Proof.DPOP.refuse("htu is not the address of the request");
    }
    return request.token().isEmpty()
            || claims.text("ath").equals(request.token().map(DpopProofs::hash))
        ? Outcome.ok(signed)
        : Proof.DPOP.refuse("ath is not the hash of the token");
  }

  /**
   * Boundaries: a proof is too old in the second {@code iat} + {@code dpop-proof-age}; {@code iat}
   * may lie exactly {@code dpop-proof-ahead} in the future, not more.
   */
  private Outcome<DpopProof> checkClaims(SignedAssertion signed) {
    Claims claims = signed.claims();
    Optional<String> jti = claims.text("jti").filter(id -> id.length() <= MAX_JTI);
    if (jti.isEmpty()) {
      return Proof.DPOP.refuse("jti is not a string of 1 to " + MAX_JTI + " characters");
    }
    Optional<Instant> made = claims.time("iat");
    if (made.isEmpty()) {
      return Proof.DPOP.refuse("iat is missing");
    }
    Instant now = clock.instant();
    Instant until = made.get().plus(limits.proofAge());
    if (!now.isBefore(until)) {
      return Proof.DPOP.refuse("the proof is too old");
    }
    if (made.get().isAfter(now.plus(limits.proofAhead()))) {
      return Proof.DPOP.refuse("iat is in the future");
    }
    if (!nonces.accepts(claims.text("nonce"))) {
      return Outcome.refused(
          new Refusal.BadDpop(Refusal.BadDpop.NONCE, "the proof holds no nonce of now"));
    }
    return verify(signed, jti.get(), until);
  }

  private static Outcome<DpopProof> verify(SignedAssertion signed, String jti, Instant until) {
    return DpopKey.read(signed.jwk(), signed.algorithm())
        .then(
            holder ->
                holder.key().verifies(signed.algorithm(), signed)
                    ? Outcome.ok(
                        new DpopProof(holder.jkt(), Uuids.hash("dpop", holder.jkt(), jti), until))
                    : Proof.DPOP.refuse("the signature does not verify"));
  }

  /** RFC 9449 4.2: of the token's ASCII form. */
  private static String hash(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
