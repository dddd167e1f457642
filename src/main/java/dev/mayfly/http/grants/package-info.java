/** Floor 6: {@code /v1/roles} and {@code /v1/grants}, where people ask, decide, use and end. */
@NullMarked
package dev.mayfly.http.grants;

import org.jspecify.annotations.NullMarked;
