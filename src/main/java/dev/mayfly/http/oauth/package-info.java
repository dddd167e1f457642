/** The OAuth endpoints: token, revocation, introspection, metadata, key set. */
@NullMarked
package dev.mayfly.http.oauth;

import org.jspecify.annotations.NullMarked;
