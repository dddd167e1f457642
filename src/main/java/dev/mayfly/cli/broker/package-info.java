/** How the command line speaks to a broker: HTTP, client authentication, its own failures. */
@NullMarked
package dev.mayfly.cli.broker;

import org.jspecify.annotations.NullMarked;
