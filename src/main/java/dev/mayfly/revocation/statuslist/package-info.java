/**
 * Token Status Lists (draft-ietf-oauth-status-list): one bit for every credential, published signed
 * and the same from every node.
 */
@NullMarked
package dev.mayfly.revocation.statuslist;

import org.jspecify.annotations.NullMarked;
