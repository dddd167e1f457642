/**
 * Floor 1: takes the messages of the outbox to whoever is to be told, at least once, in the order
 * of their key.
 */
@NullMarked
package dev.mayfly.delivery;

import org.jspecify.annotations.NullMarked;
