/**
 * Floor 1: calls somebody else's machine: at a judged address, in bounded time, signed so that it
 * knows who asks.
 */
@NullMarked
package dev.mayfly.outbound;

import org.jspecify.annotations.NullMarked;
