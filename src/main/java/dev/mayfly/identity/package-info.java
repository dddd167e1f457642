/**
 * Floor 2: who is asking. Checks a proof against the policy's trusts and keys and names the
 * identity behind it; what that identity may have is decided elsewhere.
 */
@NullMarked
package dev.mayfly.identity;

import org.jspecify.annotations.NullMarked;
