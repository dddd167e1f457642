/**
 * OCSP (RFC 6960): what a CRL says of one certificate, signed for whoever asks about that one. It
 * knows nothing of its own: an answer is read from the list that this node serves.
 */
@NullMarked
package dev.mayfly.revocation.ocsp;

import org.jspecify.annotations.NullMarked;
