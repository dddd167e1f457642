/**
 * The {@code mayfly} command: a client of the broker like any other, started in a fraction of a
 * second. Nothing here may load Quarkus; each subcommand is loaded only when it is asked for.
 */
@NullMarked
package dev.mayfly.cli;

import org.jspecify.annotations.NullMarked;
