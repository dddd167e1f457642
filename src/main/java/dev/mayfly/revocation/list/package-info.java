/**
 * What is published of revocations, whatever its form: one publication carries every kind of list,
 * signed, and every node serves the same bytes.
 */
@NullMarked
package dev.mayfly.revocation.list;

import org.jspecify.annotations.NullMarked;
