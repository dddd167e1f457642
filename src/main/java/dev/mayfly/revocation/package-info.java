/**
 * Floor 5: the facts of revocation, and what must happen for everybody to learn of them. A list
 * kind is one sub-package.
 */
@NullMarked
package dev.mayfly.revocation;

import org.jspecify.annotations.NullMarked;
