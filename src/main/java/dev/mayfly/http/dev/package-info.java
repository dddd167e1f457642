/** A people's provider for development: three people, no passwords. Closed in production. */
@NullMarked
package dev.mayfly.http.dev;

import org.jspecify.annotations.NullMarked;
