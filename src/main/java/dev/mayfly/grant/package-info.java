/**
 * Floor 3: time-bound authority of one identity over one role, its state machine and what ends it.
 */
@NullMarked
package dev.mayfly.grant;

import org.jspecify.annotations.NullMarked;
