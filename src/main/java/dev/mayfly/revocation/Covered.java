package dev.mayfly.revocation;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import java.util.List;
import java.util.Optional;

/**
 * What a revocation found and changed, still inside its transaction.
 *
 * @param already it was revoked before, and nothing was changed
 * @param ended the grants that ended with it: each gets its audit event (rule 8)
 */
record Covered(
    boolean already, Optional<IdentityId> identity, Optional<GrantId> grant, List<GrantId> ended) {}
