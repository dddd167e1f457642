/** The credential kind JWT: RFC 9068 access tokens with a status list entry. */
@NullMarked
package dev.mayfly.credential.jwt;

import org.jspecify.annotations.NullMarked;
