/** The outside facts that decisions on requests rest on, asked for by HTTP. */
@NullMarked
package dev.mayfly.grant.check;

import org.jspecify.annotations.NullMarked;
