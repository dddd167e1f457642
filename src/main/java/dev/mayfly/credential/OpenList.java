package dev.mayfly.credential;

import dev.mayfly.store.ListId;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * A list this node opened, with the order in which it gives out the places. The order is drawn once
 * from {@link SecureRandom} and lives only here, so nobody can tell the next place from those
 * before it, and no restart can give one out again (rule 11).
 */
final class OpenList {

  private final ListId id;
  private final String uri;
  private final int[] order;
  private int given;

  OpenList(ListId id, String uri, int size, SecureRandom random) {
    this.id = id;
    this.uri = uri;
    this.order = shuffled(size, random);
  }

  /** Fisher-Yates: every order is as likely as any other. */
  private static int[] shuffled(int size, SecureRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  ListId id() {
    return id;
  }

  synchronized Optional<Slot> next() {
    return given < order.length ? Optional.of(new Slot(id, uri, order[given++])) : Optional.empty();
  }

  /** Whether it is time to open its successor, so that no mint waits for one. */
  synchronized boolean isNearlyFull() {
    return given >= order.length - order.length / 8;
  }
}
