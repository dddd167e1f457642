/** What the command knows of X.509: a key of its own, and the request for a certificate for it. */
@NullMarked
package dev.mayfly.cli.x509;

import org.jspecify.annotations.NullMarked;
