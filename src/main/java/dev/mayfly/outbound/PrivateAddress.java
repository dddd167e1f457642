package dev.mayfly.outbound;

import java.io.IOException;

/** A name led where the channel may not reach. */
public final class PrivateAddress extends IOException {

  PrivateAddress() {
    super("private address");
  }
}
