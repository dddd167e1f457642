package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.RenewalWindow;
import dev.mayfly.store.AnybodysLookUps;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

/**
 * Says when a certificate is to be renewed, in the style of RFC 9773: in the last third of its
 * life, and at once when it has been taken back with its grant, or with a key above it.
 */
@ApplicationScoped
public class Renewals {

  /** Soon enough to replace what a tainted key signed, and rare beside the life of it. */
  private static final int LOOKS_IN_A_LIFE = 60;

  private static final Duration OFTEN = Duration.ofMinutes(1);
  private static final Duration SELDOM = Duration.ofHours(6); // RFC 9773 4.3.2

  /** By index, in the partitions that the id tells; a token has no renewal. */
  private static final String ONE =
      """
      SELECT c.issued_at, c.expires_at,
             c.revoked_at IS NOT NULL OR g.state <> 'ACTIVE' OR k.state IN ('TAINTED', 'REMOVED')
               OR EXISTS (SELECT FROM ca_certificates a JOIN signing_keys r ON r.kid = a.signed_by
                           WHERE a.kid = c.kid AND a.usage = 'ISSUING' AND r.state IN ('TAINTED', 'REMOVED'))
               AS taken_back
        FROM credentials c
        JOIN grants g ON g.id = c.grant_id
        JOIN signing_keys k ON k.kid = c.kid
       WHERE c.id = $1 AND c.list_ends_at >= $2 AND c.list_ends_at < $3 AND c.kind IN ('X509', 'SSH')
      """;

  private final Database database;
  private final AnybodysLookUps lookUps;

  Renewals(Database database, AnybodysLookUps lookUps) {
    this.database = database;
    this.lookUps = lookUps;
  }

  /**
   * When to renew, and when to ask again.
   *
   * @param askAgain whole seconds
   */
  public record Renewal(RenewalWindow window, Duration askAgain) {}

  /** {@link Refusal.NotFound} for what is no certificate in the ledger. */
  public Uni<Outcome<Renewal>> of(CredentialId id) {
    return lookUps.run(
        AnybodysLookUps.Kind.RENEWAL,
        () -> database.run(ONE, CredentialLookup.of(id)).map(Renewals::read),
        () ->
            Outcome.refused(
                new Refusal.Unavailable("renewals-busy", "too many ask when to renew")));
  }

  private static Outcome<Renewal> read(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Outcome.refused(new Refusal.NotFound("certificate-unknown", "no such certificate"));
    }
    Row row = rows.iterator().next();
    Instant issuedAt = row.getOffsetDateTime("issued_at").toInstant();
    Duration life = Duration.between(issuedAt, row.getOffsetDateTime("expires_at").toInstant());
    return Outcome.ok(
        new Renewal(
            row.getBoolean("taken_back")
                ? RenewalWindow.passed(issuedAt)
                : RenewalWindow.of(issuedAt, life),
            askAgain(life)));
  }

  private static Duration askAgain(Duration life) {
    Duration share = Duration.ofSeconds(life.dividedBy(LOOKS_IN_A_LIFE).toSeconds());
    Duration atLeast = share.compareTo(OFTEN) < 0 ? OFTEN : share;
    return atLeast.compareTo(SELDOM) > 0 ? SELDOM : atLeast;
  }
}
