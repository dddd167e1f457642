/** What a public key must be before a certificate of any kind is made for it. */
@NullMarked
package dev.mayfly.credential.keycheck;

import org.jspecify.annotations.NullMarked;
