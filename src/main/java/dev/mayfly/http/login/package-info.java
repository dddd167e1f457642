/** The pages on which people log in, and confirm their devices. */
@NullMarked
package dev.mayfly.http.login;

import org.jspecify.annotations.NullMarked;
