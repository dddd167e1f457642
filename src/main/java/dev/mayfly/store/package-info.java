/**
 * Floor 1: database access, the clock that decides, typed ids. Knows nothing of the other rooms.
 */
@NullMarked
package dev.mayfly.store;

import org.jspecify.annotations.NullMarked;
