/** Outside the floors: what must be settled before anything listens. */
@NullMarked
package dev.mayfly.boot;

import org.jspecify.annotations.NullMarked;
