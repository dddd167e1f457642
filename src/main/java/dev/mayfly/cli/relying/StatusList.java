package dev.mayfly.cli.relying;

import java.util.Base64;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The unpacked states of a Token Status List (draft-ietf-oauth-status-list 4.1). */
final class StatusList {

  /** A million entries of 8 bits; a "list" that unpacks to more is an attack on our memory. */
  private static final int LARGEST = 1 << 20;

  private final int bits;
  private final byte[] states;

  private StatusList(int bits, byte[] states) {
    this.bits = bits;
    this.states = states;
  }

  /** Empty when {@code lst} is not a whole, sane list of entries {@code bits} wide. */
  static Optional<StatusList> unpack(long bits, String lst) {
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8) {
      return Optional.empty();
    }
    try {
      return inflate(Base64.getUrlDecoder().decode(lst))
          .map(states -> new StatusList((int) bits, states));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The state of one entry, least significant bits first; empty outside the list. */
  Optional<Integer> state(long index) {
    int perByte = Byte.SIZE / bits;
    if (index < 0 || index >= (long) states.length * perByte) {
      return Optional.empty();
    }
    int shift = (int) (index % perByte) * bits;
    int mask = (1 << bits) - 1;
    return Optional.of((states[(int) (index / perByte)] >> shift) & mask);
  }

  private static Optional<byte[]> inflate(byte[] packed) {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(packed);
      byte[] room = new byte[LARGEST + 1];
      int size = inflater.inflate(room);
      if (!inflater.finished() || size > LARGEST) {
        return Optional.empty();
      }
      return Optional.of(java.util.Arrays.copyOf(room, size));
    } catch (DataFormatException e) {
      return Optional.empty();
    }
  }
}
