/** How results look to a person: tables, relative times, colour where it is welcome. */
@NullMarked
package dev.mayfly.cli.screen;

import org.jspecify.annotations.NullMarked;
