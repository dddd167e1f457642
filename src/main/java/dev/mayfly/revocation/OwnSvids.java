package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Authority;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.SpiffeId;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Proves a workload by an X509-SVID that this broker gave it, while that is live: signed by an
 * issuing authority of ours, in the ledger under its serial number with this very key, not expired,
 * neither it nor its grant nor its key revoked, and no way to prove the identity taken back since.
 * So a certificate can be renewed with itself, and with nobody else's.
 *
 * <p>Only an identity that has a key of its own, or was let in by a join token, comes in this way:
 * where somebody else vouches each time, a certificate must not outlive their word.
 */
@ApplicationScoped
public class OwnSvids {

  private static final int URI_NAME = 6; // RFC 5280 4.2.1.6, as the JDK numbers it
  private static final int SERIAL_BITS = 128;

  /** As {@link Introspections} asks for a token, and that it is this name's, with this key. */
  private static final String IS_LIVE =
      """
      SELECT 1
        FROM credentials c
        JOIN grants g ON g.id = c.grant_id
        JOIN signing_keys k ON k.kid = c.kid
        JOIN identities i ON i.id = c.identity_id
       WHERE c.id = $1 AND c.list_ends_at >= $2 AND c.list_ends_at < $3
         AND c.kind = 'X509' AND c.jkt = $4 AND c.kid = $5 AND i.name = $6
         AND c.policy_version >= i.proofs_since AND c.revoked_at IS NULL AND c.expires_at > mayfly_now()
         AND g.state = 'ACTIVE' AND k.state NOT IN ('TAINTED', 'REMOVED')
      """;

  private final Authorities authorities;
  private final Database database;
  private final InstantSource clock;

  OwnSvids(Authorities authorities, Database database, InstantSource clock) {
    this.authorities = authorities;
    this.database = database;
    this.clock = clock;
  }

  /** A certificate that one of our authorities signed. */
  private record Signed(X509Certificate leaf, Authority by, String name) {}

  /**
   * Whom it proves.
   *
   * @param certificate whose key the caller has shown that they hold
   * @param clientId which must be the SPIFFE ID in it
   */
  public Uni<Outcome<Proven>> prove(
      X509Certificate certificate, String clientId, CompiledPolicy policy) {
    return signed(certificate, clientId)
        .thenUni(
            svid ->
                entry(svid.name(), policy)
                    .thenUni(
                        entry ->
                            isLive(svid)
                                .map(live -> live ? Outcome.ok(proven(svid, entry)) : dead(svid))));
  }

  private Outcome<Signed> signed(X509Certificate leaf, String clientId) {
    if (!onlyUri(leaf).equals(Optional.of(clientId)) || !SpiffeId.isWellFormed(clientId)) {
      return refuse("client_id is not the one SPIFFE ID of the certificate");
    }
    if (leaf.getBasicConstraints() >= 0) {
      return refuse("the certificate is an authority's");
    }
    try {
      leaf.checkValidity(Date.from(clock.instant()));
    } catch (CertificateException e) {
      return refuse("the certificate has ended, or not begun");
    }
    return authorities.issuing().stream()
        .filter(authority -> hasSigned(authority, leaf))
        .findFirst()
        .map(authority -> Outcome.ok(new Signed(leaf, authority, clientId)))
        .orElseGet(() -> refuse("no authority of this broker signed the certificate"));
  }

  private static boolean hasSigned(Authority authority, X509Certificate leaf) {
    try {
      X509Certificate issuer =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(authority.der()));
      if (!issuer.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
        return false;
      }
      leaf.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Outcome<IdentityEntry> entry(String name, CompiledPolicy policy) {
    return policy
        .client(name)
        .or(() -> policy.joining(name))
        .filter(entry -> entry.kind() == IdentityEntry.Kind.WORKLOAD)
        .map(Outcome::ok)
        .orElseGet(() -> refuse("no identity of this name comes in by its certificate"));
  }

  private Uni<Boolean> isLive(Signed svid) {
    BigInteger serial = svid.leaf().getSerialNumber();
    if (serial.signum() <= 0 || serial.bitLength() > SERIAL_BITS) {
      return Uni.createFrom().item(false);
    }
    CredentialId id =
        new CredentialId(new UUID(serial.shiftRight(Long.SIZE).longValue(), serial.longValue()));
    Tuple where = CredentialLookup.of(id);
    return database
        .run(
            IS_LIVE,
            where
                .addString(thumbprint(svid.leaf()))
                .addString(svid.by().key().value())
                .addString(svid.name()))
        .map(rows -> rows.size() > 0);
  }

  private static Proven proven(Signed svid, IdentityEntry entry) {
    return new Proven(
        svid.name(), entry, Map.of(), Optional.empty(), svid.leaf().getNotAfter().toInstant());
  }

  /** As the ledger has it: of the SubjectPublicKeyInfo. */
  private static String thumbprint(X509Certificate leaf) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(leaf.getPublicKey().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Optional<String> onlyUri(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names != null
              && names.size() == 1
              && names.iterator().next().getFirst() instanceof Integer type
              && type == URI_NAME
              && names.iterator().next().get(1) instanceof String uri
          ? Optional.of(uri)
          : Optional.empty();
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  private static Outcome<Proven> dead(Signed svid) {
    return refuse("the certificate of " + svid.name() + " is not live");
  }

  private static <T> Outcome<T> refuse(String why) {
    return Outcome.refused(new Refusal.Unauthenticated("client-certificate-refused", why));
  }
}
