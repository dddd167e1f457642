/** What the command knows of SSH: the user's agent, and the lines for their configuration. */
@NullMarked
package dev.mayfly.cli.ssh;

import org.jspecify.annotations.NullMarked;
