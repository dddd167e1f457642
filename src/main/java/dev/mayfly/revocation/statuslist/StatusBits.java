package dev.mayfly.revocation.statuslist;

import java.util.Objects;

/**
 * The entries of one list of ours: one bit each, the first entry in the least significant bit
 * (draft-ietf-oauth-status-list 4.1). A bit is set and never cleared: there is no method for it
 * (rule 6).
 */
final class StatusBits {

  private final byte[] bytes;

  private StatusBits(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Nobody is revoked; {@code size} entries, a multiple of 8. */
  static StatusBits allValid(int size) {
    if (size <= 0 || size % Byte.SIZE != 0) {
      throw new IllegalArgumentException("a list has a positive multiple of 8 entries");
    }
    return new StatusBits(new byte[size / Byte.SIZE]);
  }

  static StatusBits of(byte[] packed) {
    return new StatusBits(packed.clone());
  }

  int size() {
    return bytes.length * Byte.SIZE;
  }

  /** INVALID from now on. An index outside the list is a defect: the ledger gave it out. */
  void set(int index) {
    Objects.checkIndex(index, size());
    bytes[index / Byte.SIZE] |= (byte) (1 << (index % Byte.SIZE));
  }

  byte[] packed() {
    return bytes.clone();
  }
}
