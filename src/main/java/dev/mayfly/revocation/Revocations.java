package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.RevocationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Takes back: one call, one transaction with the revocation, the state of what it covers, its audit
 * events, the outbox event and the hint to the publishers (design section 7). Lists follow off the
 * request path; a mint that begins after the commit fails (rule 3).
 */
@ApplicationScoped
public class Revocations {

  private static final int ATTEMPTS = 4;
  private static final String DEADLOCK = "40P01";

  private final Database database;
  private final Covering covering;
  private final RevocationRecord record;

  Revocations(Database database, Covering covering, RevocationRecord record) {
    this.database = database;
    this.covering = covering;
    this.record = record;
  }

  /**
   * Revokes. What is already revoked is answered with its first revocation; what does not exist
   * with {@link Refusal.NotFound}; what has already ended by itself with {@link Refusal.Conflict}.
   */
  public Uni<Outcome<Revocation>> revoke(RevocationRequest request) {
    return Reason.check(request.reason()).thenUni(reason -> transaction(request));
  }

  /**
   * RFC 7009: the owner gives a credential back. Unknown, foreign, expired and revoked ones are
   * passed over in silence, as section 2.2 wants.
   */
  public Uni<Void> revokeOwn(
      CredentialId credential, IdentityId owner, String actor, String requestId) {
    RevocationRequest request =
        new RevocationRequest(
            new Target.Credential(credential), "revoked by its owner", actor, requestId);
    return covering
        .isLiveOf(credential, owner)
        .chain(live -> live ? transaction(request).replaceWithVoid() : Uni.createFrom().voidItem());
  }

  /** One revocation, with how far the news has come. */
  public Uni<Optional<Revocation>> find(RevocationId id) {
    return record.find(id);
  }

  /** Two revocations may meet in different orders on grants; the database ends one: once more. */
  private Uni<Outcome<Revocation>> transaction(RevocationRequest request) {
    return database
        .<Outcome<Revocation>>inTransaction(connection -> cover(connection, request))
        .onFailure(Revocations::isDeadlock)
        .retry()
        .atMost(ATTEMPTS);
  }

  private Uni<Outcome<Revocation>> cover(SqlConnection connection, RevocationRequest request) {
    return covering
        .cover(connection, request)
        .chain(outcome -> outcome.thenUni(covered -> settle(connection, request, covered)));
  }

  private Uni<Outcome<Revocation>> settle(
      SqlConnection connection, RevocationRequest request, Covered covered) {
    Uni<Revocation> fresh = record.write(connection, request, covered);
    if (!covered.already()) {
      return fresh.map(Outcome::ok);
    }
    return record
        .first(connection, request.target())
        .chain(first -> first.map(Uni.createFrom()::item).orElse(fresh))
        .map(Outcome::ok);
  }

  private static boolean isDeadlock(Throwable failure) {
    return failure instanceof PgException e && DEADLOCK.equals(e.getSqlState());
  }
}
