/** Logging people in at their provider: Mayfly as an OpenID Connect relying party. */
@NullMarked
package dev.mayfly.identity.login;

import org.jspecify.annotations.NullMarked;
