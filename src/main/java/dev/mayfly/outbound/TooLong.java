package dev.mayfly.outbound;

import java.io.IOException;

/** An answer went on past its limit. */
public final class TooLong extends IOException {

  TooLong() {
    super("the answer is too long");
  }
}
