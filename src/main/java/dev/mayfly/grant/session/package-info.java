/** What hangs on a person's session: the browser's cookie, devices, renewal, and its end. */
@NullMarked
package dev.mayfly.grant.session;

import org.jspecify.annotations.NullMarked;
