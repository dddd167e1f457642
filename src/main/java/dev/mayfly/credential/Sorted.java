package dev.mayfly.credential;

import java.util.Collection;
import java.util.TreeSet;

/** Sets as the ledger writes them: sorted, so that equal sets are equal texts. */
final class Sorted {

  private Sorted() {}

  static String join(Collection<String> words) {
    return String.join(" ", new TreeSet<>(words));
  }
}
