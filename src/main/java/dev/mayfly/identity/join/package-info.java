/** Join tokens: how an instance is let in that can show nothing yet, or nothing any more. */
@NullMarked
package dev.mayfly.identity.join;

import org.jspecify.annotations.NullMarked;
