package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.RevocationId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
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
  private final Below below;

  @Inject
  Revocations(Database database, Covering covering, RevocationRecord record, RootTaint roots) {
    this(database, covering, record, roots::below);
  }

  Revocations(Database database, Covering covering, RevocationRecord record, Below below) {
    this.database = database;
    this.covering = covering;
    this.record = record;
    this.below = below;
  }

  /** As {@link RootTaint#below}. */
  interface Below {
    Uni<List<KeyId>> taint(SqlConnection connection, KeyId key, String actor, String cause);
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

  /**
   * All take grants in one order (docs/decisions/0001). Should the database still find a circle, it
   * ends one of those who wait in it: once more. Who has hundreds of grants takes as many
   * statements.
   */
  private Uni<Outcome<Revocation>> transaction(RevocationRequest request) {
    return database
        .<Outcome<Revocation>>inTransaction(
            Database.LONGEST, connection -> cover(connection, request))
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
      return fresh.call(() -> takeAlong(connection, request, covered)).map(Outcome::ok);
    }
    return record
        .first(connection, request.target())
        .chain(first -> first.map(Uni.createFrom()::item).orElse(fresh))
        .map(Outcome::ok);
  }

  /**
   * Each key that goes with a root has a revocation of its own, for the lists and for whoever asks.
   */
  private Uni<Void> takeAlong(
      SqlConnection connection, RevocationRequest request, Covered covered) {
    if (!(request.target() instanceof Target.Key(KeyId root, KeyTaint.Lead lead))) {
      return Uni.createFrom().voidItem();
    }
    String cause = "its root " + root + " was revoked: " + request.reason();
    return below
        .taint(connection, root, request.actor(), cause)
        .onItem()
        .transformToMulti(keys -> Multi.createFrom().iterable(keys))
        .onItem()
        .transformToUniAndConcatenate(
            key ->
                record.write(
                    connection,
                    new RevocationRequest(
                        new Target.Key(key, lead), cause, request.actor(), request.requestId()),
                    covered))
        .collect()
        .asList()
        .replaceWithVoid();
  }

  private static boolean isDeadlock(Throwable failure) {
    return failure instanceof PgException e && DEADLOCK.equals(e.getSqlState());
  }
}
