package dev.mayfly.revocation.list;

import dev.mayfly.revocation.Target;
import dev.mayfly.store.CredentialId;

/**
 * A credential that a revocation covers.
 *
 * @param index its place on its list
 * @param scope of the revocation that covers it
 */
public record Revoked(int index, CredentialId id, Target.Scope scope) {}
