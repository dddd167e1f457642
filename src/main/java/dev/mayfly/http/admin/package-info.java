/** The operators' API under {@code /v1}, and what monitoring asks. */
@NullMarked
package dev.mayfly.http.admin;

import org.jspecify.annotations.NullMarked;
