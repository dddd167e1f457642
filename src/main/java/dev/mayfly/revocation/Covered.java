package dev.mayfly.revocation;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import java.util.Optional;

/**
 * What a revocation found and changed, still inside its transaction.
 *
 * @param already its revocation may stand already: from an earlier request, or from the grant
 *     machine, which records one with each grant that it ends early
 */
record Covered(boolean already, Optional<IdentityId> identity, Optional<GrantId> grant) {}
