package dev.mayfly.delivery;

import dev.mayfly.store.DeliveryId;

/**
 * A delivery that this node may try now, until its lease ends.
 *
 * @param tries with the one that begins
 */
record Claimed(DeliveryId id, int tries, Message message) {}
