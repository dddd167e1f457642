/** The list that sshd reads: OpenSSH's key revocation list (PROTOCOL.krl). */
@NullMarked
package dev.mayfly.revocation.krl;

import org.jspecify.annotations.NullMarked;
