package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityState;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * What becomes of a suspended identity: let in again, or never again. What it held stays dead
 * either way (rule 6); one that is let in gets a new grant with its next mint, if policy still
 * gives one.
 */
@ApplicationScoped
public class SuspendedIdentities {

  private final Database database;
  private final Identities identities;

  public SuspendedIdentities(Database database, Identities identities) {
    this.database = database;
    this.identities = identities;
  }

  /**
   * Moves it on.
   *
   * @param to ACTIVE or RETIRED
   * @return refused with a conflict unless the identity is SUSPENDED
   */
  public Uni<Outcome<IdentityId>> move(
      IdentityId identity, IdentityState to, String reason, String actor, String requestId) {
    Identities.Mover mover = new Identities.Mover(actor, reason, requestId);
    return Reason.check(reason)
        .thenUni(
            good ->
                database.inTransaction(
                    tx -> identities.move(tx, identity, IdentityState.SUSPENDED, to, mover)));
  }
}
