/** Floor 6: what comes in from the network and what goes out; the one error mapper. */
@NullMarked
package dev.mayfly.http;

import org.jspecify.annotations.NullMarked;
