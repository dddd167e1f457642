package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityState;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Lets a suspended identity in again. What it held stays dead (rule 6): the next mint makes a new
 * grant, if policy still gives one.
 */
@ApplicationScoped
public class Reinstatements {

  private final Database database;
  private final Identities identities;

  public Reinstatements(Database database, Identities identities) {
    this.database = database;
    this.identities = identities;
  }

  /** Refused with a conflict unless the identity is SUSPENDED. */
  public Uni<Outcome<IdentityId>> resume(
      IdentityId identity, String reason, String actor, String requestId) {
    Identities.Mover mover = new Identities.Mover(actor, reason, requestId);
    return Reason.check(reason)
        .thenUni(
            good ->
                database.inTransaction(
                    tx ->
                        identities.move(
                            tx, identity, IdentityState.SUSPENDED, IdentityState.ACTIVE, mover)));
  }
}
