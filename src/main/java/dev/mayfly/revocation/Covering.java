package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Because;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityState;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Locks what a revocation covers and moves it to its revoked state, in the given transaction. */
@ApplicationScoped
class Covering {

  private static final String LOCK_CREDENTIAL =
      """
      SELECT grant_id, identity_id, revoked_at IS NOT NULL AS revoked, expires_at <= mayfly_now() AS expired
        FROM credentials WHERE id = $1 AND list_ends_at >= $2 AND list_ends_at < $3 FOR UPDATE
      """;

  private static final String REVOKE_CREDENTIAL =
      """
      UPDATE credentials SET revoked_at = mayfly_now()
       WHERE id = $1 AND list_ends_at >= $2 AND list_ends_at < $3
      """;

  private static final String IS_LIVE_OF =
      """
      SELECT 1 FROM credentials
       WHERE id = $1 AND list_ends_at >= $2 AND list_ends_at < $3
         AND identity_id = $4 AND revoked_at IS NULL AND expires_at > mayfly_now()
      """;

  private final Database database;
  private final Identities identities;
  private final EndedGrants grants;
  private final Taint taint;

  @Inject
  Covering(Database database, Identities identities, EndedGrants grants, KeyTaint taint) {
    this(database, identities, grants, taint::taint);
  }

  Covering(Database database, Identities identities, EndedGrants grants, Taint taint) {
    this.database = database;
    this.identities = identities;
    this.grants = grants;
    this.taint = taint;
  }

  /** As {@link KeyTaint#taint}. */
  interface Taint {
    Uni<? extends Outcome<?>> taint(
        SqlConnection connection, KeyId id, KeyTaint.Lead lead, String actor, String cause);
  }

  /** Covers the request's target. */
  Uni<Outcome<Covered>> cover(SqlConnection connection, RevocationRequest request) {
    return switch (request.target()) {
      case Target.Credential(CredentialId id) -> credential(connection, id);
      case Target.Grant(GrantId id) -> grants.end(connection, id, because(request));
      case Target.Identity(IdentityId id) -> identity(connection, id, because(request));
      case Target.Key(KeyId id, KeyTaint.Lead lead) -> key(connection, id, lead, request);
    };
  }

  /** Whether there is anything for the owner to give back. */
  Uni<Boolean> isLiveOf(CredentialId credential, IdentityId owner) {
    return database
        .run(IS_LIVE_OF, CredentialLookup.of(credential).addUUID(owner.value()))
        .map(rows -> rows.size() > 0);
  }

  private static Uni<Outcome<Covered>> credential(SqlConnection connection, CredentialId id) {
    return connection
        .preparedQuery(LOCK_CREDENTIAL)
        .execute(CredentialLookup.of(id))
        .chain(rows -> lockedCredential(connection, id, rows));
  }

  private static Uni<Outcome<Covered>> lockedCredential(
      SqlConnection connection, CredentialId id, RowSet<Row> rows) {
    if (rows.size() == 0) {
      return refused(new Refusal.NotFound("credential-unknown", "no credential " + id));
    }
    Row row = rows.iterator().next();
    boolean already = row.getBoolean("revoked");
    if (!already && row.getBoolean("expired")) {
      return refused(
          new Refusal.Conflict("credential-expired", "the credential has already expired"));
    }
    Covered covered =
        new Covered(
            already,
            Optional.of(new IdentityId(row.getUUID("identity_id"))),
            Optional.of(new GrantId(row.getUUID("grant_id"))));
    return already
        ? Uni.createFrom().item(Outcome.ok(covered))
        : connection
            .preparedQuery(REVOKE_CREDENTIAL)
            .execute(CredentialLookup.of(id))
            .replaceWith(Outcome.ok(covered));
  }

  private Uni<Outcome<Covered>> identity(SqlConnection connection, IdentityId id, Because because) {
    return identities
        .lock(connection, id)
        .chain(
            state ->
                state
                    .map(locked -> lockedIdentity(connection, id, because, locked))
                    .orElseGet(
                        () ->
                            refused(
                                new Refusal.NotFound("identity-unknown", "no identity " + id))));
  }

  private Uni<Outcome<Covered>> lockedIdentity(
      SqlConnection connection, IdentityId id, Because because, IdentityState state) {
    boolean already = state != IdentityState.ACTIVE;
    Covered covered = new Covered(already, Optional.of(id), Optional.empty());
    return already
        ? Uni.createFrom().item(Outcome.ok(covered))
        : identities
            .move(connection, id, IdentityState.ACTIVE, IdentityState.SUSPENDED, mover(because))
            .chain(
                moved ->
                    moved.thenUni(
                        done ->
                            grants
                                .endAll(connection, id, suspension(because))
                                .replaceWith(Outcome.ok(covered))));
  }

  private static Identities.Mover mover(Because because) {
    return new Identities.Mover(because.actor(), because.cause(), because.requestId());
  }

  /** A key tainted before is as revoked as one that is tainted now. */
  private Uni<Outcome<Covered>> key(
      SqlConnection connection, KeyId id, KeyTaint.Lead lead, RevocationRequest request) {
    return taint
        .taint(connection, id, lead, request.actor(), request.reason())
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<?> tainted -> Outcome.ok(keyCovered(false));
                  case Outcome.Refused<?>(Refusal refusal)
                      when "key-tainted".equals(refusal.code()) ->
                      Outcome.ok(keyCovered(true));
                  case Outcome.Refused<?>(Refusal refusal) -> Outcome.refused(refusal);
                });
  }

  private static Covered keyCovered(boolean already) {
    return new Covered(already, Optional.empty(), Optional.empty());
  }

  /**
   * The operator took away the identity, not its grants: policy gives those back once it is
   * resumed.
   */
  private static Because suspension(Because operator) {
    return new Because(
        "system:suspension",
        "suspended by " + operator.actor() + ": " + operator.cause(),
        operator.requestId());
  }

  private static Because because(RevocationRequest request) {
    return new Because(request.actor(), request.reason(), request.requestId());
  }

  private static <T> Uni<Outcome<T>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
