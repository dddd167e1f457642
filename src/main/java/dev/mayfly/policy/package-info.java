/**
 * Floor 2: the reviewed document that says where proofs come from, who exists, what can be asked
 * for and by whom; its lint, its conditions, and the decision it comes to.
 */
@NullMarked
package dev.mayfly.policy;

import org.jspecify.annotations.NullMarked;
