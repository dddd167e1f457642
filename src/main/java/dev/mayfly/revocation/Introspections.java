package dev.mayfly.revocation;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyRings;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Tells a relying service whether a token is to be believed right now (RFC 7662): signature and
 * claims from memory, then one look at the ledger.
 */
@ApplicationScoped
public class Introspections {

  private static final String TYPE = "at+jwt";

  /** Far above any token of ours; what is longer is not parsed. */
  private static final int LONGEST = 16 * 1024;

  /**
   * A credential is live while its own row, its grant and its key are (docs/decisions/0001). By
   * credentials_by_id in the few partitions its list can be in, then two primary keys.
   */
  private static final String IS_LIVE =
      """
      SELECT 1
        FROM credentials c
        JOIN grants g ON g.id = c.grant_id
        JOIN signing_keys k ON k.kid = c.kid
       WHERE c.id = $1 AND c.list_ends_at >= $2 AND c.list_ends_at < $3
         AND c.revoked_at IS NULL AND c.expires_at > mayfly_now()
         AND g.state = 'ACTIVE' AND k.state NOT IN ('TAINTED', 'REMOVED')
      """;

  /** The caller by primary key, in the same round trip: what a node remembers of it is no "yes". */
  private static final String IS_LIVE_FOR =
      "SELECT EXISTS (SELECT FROM identities WHERE id = $4 AND state = 'ACTIVE' AND mint_until > mayfly_now())"
          + " AS caller, EXISTS ("
          + IS_LIVE
          + ") AS live";

  private static final Introspection INACTIVE = new Introspection.Inactive();

  private final Database database;
  private final Signatures signatures;
  private final InstantSource clock;
  private final String issuer;

  @Inject
  Introspections(Database database, KeyRings rings, InstantSource clock, MayflyConfig config) {
    this(database, rings::verifier, clock, config.issuer());
  }

  Introspections(
      Database database,
      Function<KeyId, Optional<PublicKey>> verifier,
      InstantSource clock,
      String issuer) {
    this.database = database;
    this.signatures = new Signatures(verifier);
    this.clock = clock;
    this.issuer = issuer;
  }

  /**
   * Introspects.
   *
   * @param token as it was presented
   * @param callerName the caller's SPIFFE ID: may always ask about its own tokens
   * @param callerServes the audiences the caller answers for ({@code IdentityEntry.serves})
   */
  public Uni<Introspection> introspect(String token, String callerName, Set<String> callerServes) {
    return verified(token)
        .filter(claims -> mayKnow(claims, callerName, callerServes))
        .map(this::lookUp)
        .orElseGet(() -> Uni.createFrom().item(INACTIVE));
  }

  /**
   * Who asks for others.
   *
   * @param name its SPIFFE ID: it may always ask about its own tokens
   * @param serves the audiences it answers for ({@code IdentityEntry.serves})
   */
  public record Caller(IdentityId id, String name, Set<String> serves) {}

  /** Introspects for a caller, who is refused from the moment it is not ACTIVE any more. */
  public Uni<Outcome<Introspection>> introspect(String token, Caller caller) {
    Optional<JWTClaimsSet> claims =
        verified(token).filter(told -> mayKnow(told, caller.name(), caller.serves()));
    Optional<CredentialId> id = claims.flatMap(Introspections::credential);
    if (id.isEmpty()) {
      return Uni.createFrom().item(Outcome.ok(INACTIVE));
    }
    return database
        .run(IS_LIVE_FOR, CredentialLookup.of(id.get()).addUUID(caller.id().value()))
        .map(rows -> answer(rows.iterator().next(), claims.get(), caller));
  }

  private static Outcome<Introspection> answer(Row row, JWTClaimsSet claims, Caller caller) {
    return row.getBoolean("caller")
        ? Outcome.ok(row.getBoolean("live") ? active(claims) : INACTIVE)
        : Outcome.refused(
            new Refusal.Denied("identity-inactive", caller.name() + " is not active"));
  }

  private Uni<Introspection> lookUp(JWTClaimsSet claims) {
    return credential(claims)
        .map(
            id ->
                database
                    .run(IS_LIVE, CredentialLookup.of(id))
                    .map(rows -> rows.size() > 0 ? active(claims) : INACTIVE))
        .orElseGet(() -> Uni.createFrom().item(INACTIVE));
  }

  /** The claims as we signed them, with times as numbers and the type of RFC 7662 2.2. */
  private static Introspection active(JWTClaimsSet claims) {
    Map<String, Object> told = claims.toJSONObject();
    told.put("token_type", Introspection.jkt(told).isPresent() ? "DPoP" : "Bearer");
    return new Introspection.Active(told);
  }

  /** The claims of a token that we signed, for the kind we sign, that has not ended. */
  private Optional<JWTClaimsSet> verified(String token) {
    if (token.length() > LONGEST) {
      return Optional.empty();
    }
    try {
      JWSObject jws = JWSObject.parse(token);
      if (!isTyped(jws) || !signatures.isOurs(token, jws)) {
        return Optional.empty();
      }
      JWTClaimsSet claims = JWTClaimsSet.parse(jws.getPayload().toString());
      return Optional.of(claims).filter(this::isOursNow);
    } catch (ParseException | IllegalArgumentException | GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /** Rule 12: one type. */
  private static boolean isTyped(JWSObject jws) {
    return jws.getHeader().getType() != null && TYPE.equals(jws.getHeader().getType().getType());
  }

  /** The end is exclusive: at the second of its exp a token has ended. */
  private boolean isOursNow(JWTClaimsSet claims) {
    return issuer.equals(claims.getIssuer())
        && claims.getExpirationTime() != null
        && clock.instant().isBefore(claims.getExpirationTime().toInstant());
  }

  private static boolean mayKnow(JWTClaimsSet claims, String name, Set<String> serves) {
    return name.equals(claims.getSubject())
        || name.equals(claims.getClaim("client_id"))
        || claims.getAudience().stream().anyMatch(serves::contains);
  }

  private static Optional<CredentialId> credential(JWTClaimsSet claims) {
    try {
      return Optional.ofNullable(claims.getJWTID()).map(CredentialId::of);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
