package dev.mayfly.revocation.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Keeps what failed until everything has been tried, and then fails with the first of it. */
final class Failures {

  private @Nullable IOException first;
  private int more;

  /** A step that may fail. */
  interface Step {
    void run() throws IOException;
  }

  void during(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      if (first == null) {
        first = e;
      } else {
        more++;
      }
    }
  }

  void end() throws IOException {
    if (first != null) {
      throw more == 0 ? first : new IOException(first + ", and " + more + " more failures", first);
    }
  }
}
