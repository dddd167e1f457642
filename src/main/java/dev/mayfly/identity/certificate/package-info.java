/** Identities that show a certificate in TLS (RFC 8705 2), and the certificates they show. */
@NullMarked
package dev.mayfly.identity.certificate;

import org.jspecify.annotations.NullMarked;
