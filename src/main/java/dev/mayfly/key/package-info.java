/** Floor 1: the signing keys, who holds their private parts, and which library computes. */
@NullMarked
package dev.mayfly.key;

import org.jspecify.annotations.NullMarked;
