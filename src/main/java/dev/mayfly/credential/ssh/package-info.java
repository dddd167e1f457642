/**
 * The credential kind SSH: OpenSSH user and host certificates, written here octet by octet
 * (draft-ietf-sshm-cert), because the format is smaller than any library that knows it.
 */
@NullMarked
package dev.mayfly.credential.ssh;

import org.jspecify.annotations.NullMarked;
