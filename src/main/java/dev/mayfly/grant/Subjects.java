package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;

/**
 * Whom a subject at a provider is here: one human, one name. Names are made from claims, and claims
 * change hands: who is renamed at the provider would otherwise come back as a second person and
 * approve what the first asked for (rule 9), and who is given a leaver's name would get the
 * leaver's rights. Of all claims only {@code sub} is never given to anybody else (OpenID Connect
 * Core 5.7). A RETIRED identity sets its subject free; that the two names are of one human is
 * remembered.
 */
@ApplicationScoped
public class Subjects {

  /* Whichever of the two is taken: nothing is written. */
  private static final String CLAIM =
      """
      WITH claimed AS (
        INSERT INTO people (issuer, subject, identity_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING identity_id
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, policy_version, request_id, detail)
      SELECT $4, mayfly_now(), 'identity.claim', 'SUCCESS', $5, 'first login', 'identity:' || c.identity_id, c.identity_id,
             $6, $7, jsonb_build_object('issuer', $1::text, 'sub', $2::text)
      FROM claimed c
      """;

  /* Both names of one human, in the order in which a new policy version takes all identities. */
  private static final String HOLD_NAMES =
      """
      SELECT 1 FROM identities i
      WHERE i.id = $3
         OR i.id = (SELECT COALESCE(b.human, b.id) FROM people p JOIN identities b ON b.id = p.identity_id
                    WHERE p.issuer = $1 AND p.subject = $2)
      ORDER BY i.id FOR NO KEY UPDATE
      """;

  /* By primary key. Who holds the name of a subject that is somebody else is not asked to give it up. */
  private static final String TAKE_OVER =
      """
      WITH before AS (
        SELECT i.id, COALESCE(i.human, i.id) AS human FROM people p JOIN identities i ON i.id = p.identity_id
        WHERE p.issuer = $1 AND p.subject = $2 AND i.id <> $3 AND i.state = 'RETIRED'
          AND NOT EXISTS (SELECT 1 FROM people o WHERE o.identity_id = $3)
        FOR UPDATE OF p
      ), claimed AS (
        UPDATE people p SET identity_id = $3 FROM before b WHERE p.identity_id = b.id
        RETURNING p.identity_id
      ), same AS (
        UPDATE identities i SET human = b.human FROM before b WHERE i.id = $3
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, policy_version, request_id, detail)
      SELECT $4, mayfly_now(), 'identity.claim', 'SUCCESS', $5, 'first login under a new name', 'identity:' || c.identity_id,
             c.identity_id, $6, $7, jsonb_build_object('issuer', $1::text, 'sub', $2::text)
      FROM claimed c
      """;

  private static final String IS_THEIRS =
      "SELECT 1 FROM people WHERE issuer = $1 AND subject = $2 AND identity_id = $3";

  private final InstantSource clock;

  public Subjects(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Makes the name this subject's, if neither is another's already.
   *
   * @return refused with {@code subject-conflict} when one of them is
   */
  Uni<Outcome<Boolean>> claim(
      SqlConnection tx, IdentityId identity, LoggedIn login, long policyVersion, String requestId) {
    Tuple parameters =
        Tuple.tuple()
            .addString(login.issuer())
            .addString(login.subject())
            .addUUID(identity.value())
            .addUUID(Uuids.next(clock))
            .addString(login.proven().name())
            .addLong(policyVersion)
            .addString(requestId);
    return tx.preparedQuery(CLAIM)
        .execute(parameters)
        .chain(
            claimed ->
                claimed.rowCount() == 1
                    ? Uni.createFrom().item(true)
                    : isTheirs(tx, identity, login)
                        .chain(
                            theirs ->
                                theirs
                                    ? Uni.createFrom().item(true)
                                    : takeOver(tx, identity, login, parameters)))
        .map(theirs -> theirs ? Outcome.ok(true) : conflict(login));
  }

  private static Uni<Boolean> takeOver(
      SqlConnection tx, IdentityId identity, LoggedIn login, Tuple parameters) {
    return tx.preparedQuery(HOLD_NAMES)
        .execute(Tuple.of(login.issuer(), login.subject(), identity.value()))
        .chain(held -> tx.preparedQuery(TAKE_OVER).execute(parameters))
        .map(taken -> taken.rowCount() == 1);
  }

  private static Uni<Boolean> isTheirs(SqlConnection tx, IdentityId identity, LoggedIn login) {
    return tx.preparedQuery(IS_THEIRS)
        .execute(Tuple.of(login.issuer(), login.subject(), identity.value()))
        .map(rows -> rows.size() > 0);
  }

  private static Outcome<Boolean> conflict(LoggedIn login) {
    return Outcome.refused(
        new Refusal.Denied(
            "subject-conflict",
            "%s and the subject that logged in do not belong together: one of them is known as another; retire the old identity to let its subject have a new name"
                .formatted(login.proven().name())));
  }
}
