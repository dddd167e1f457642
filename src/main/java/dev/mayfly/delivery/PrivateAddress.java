package dev.mayfly.delivery;

import java.io.IOException;

/** A name led where the channel may not reach. */
final class PrivateAddress extends IOException {

  PrivateAddress() {
    super("private address");
  }
}
