package dev.mayfly.delivery;

/** What one try came to. */
sealed interface Sent {

  /** The other side has taken it. */
  record Arrived() implements Sent {}

  /**
   * It may or may not have been taken; it is tried again.
   *
   * @param why for operators to read: never an address or a secret
   */
  record Failed(String why) implements Sent {}

  /** Any 2xx is arrival. */
  static Sent of(int status) {
    return status >= 200 && status < 300 ? new Arrived() : new Failed("answered " + status);
  }
}
