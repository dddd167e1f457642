/** Mayfly, a short-lived credential broker: see {@code docs/architecture.md} for the rooms. */
@NullMarked
package dev.mayfly;

import org.jspecify.annotations.NullMarked;
