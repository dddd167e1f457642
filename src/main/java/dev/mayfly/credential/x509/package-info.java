/**
 * The credential kind X.509: requests (PKCS#10), profiles, the certificate's bytes and the lint
 * that reads them back.
 */
@NullMarked
package dev.mayfly.credential.x509;

import org.jspecify.annotations.NullMarked;
