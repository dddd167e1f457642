/** What a relying service does with a token: offline verification against cached keys and lists. */
@NullMarked
package dev.mayfly.cli.relying;

import org.jspecify.annotations.NullMarked;
