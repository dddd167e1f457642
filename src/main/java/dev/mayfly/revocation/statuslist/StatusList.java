package dev.mayfly.revocation.statuslist;

import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The {@code status_list} member of a token as the standard has it (draft-ietf-oauth-status-list
 * 4.1, 4.2): entries of 1, 2, 4 or 8 bits, packed, ZLIB-compressed, base64url. We publish 1 bit;
 * the command line reads any.
 *
 * @param bits how many bits an entry has
 * @param packed the entries, the first in the least significant bits; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
public record StatusList(int bits, byte[] packed) {

  /** 2^20 entries of 8 bits: a list that inflates to more is refused before it fills the memory. */
  private static final int LARGEST = 1 << 20;

  public StatusList {
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8) {
      throw new IllegalArgumentException("an entry has 1, 2, 4 or 8 bits");
    }
  }

  /** Reads {@code lst}; throws {@link IllegalArgumentException} on anything that is not one. */
  public static StatusList decode(int bits, String lst) {
    return new StatusList(bits, inflate(Base64.getUrlDecoder().decode(lst)));
  }

  /** {@code lst}: deflated as hard as ZLIB can, since it is made once and fetched often. */
  public String encode() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(deflate(packed));
  }

  /** How many entries there are. */
  public int size() {
    return packed.length * Byte.SIZE / bits;
  }

  /**
   * The status of one entry: 0 VALID, 1 INVALID, 2 SUSPENDED; throws {@link
   * IndexOutOfBoundsException} for an index outside the list, which must not be taken for VALID.
   */
  public int at(int index) {
    int bit = Objects.checkIndex(index, size()) * bits;
    return (packed[bit / Byte.SIZE] & 0xFF) >> (bit % Byte.SIZE) & ((1 << bits) - 1);
  }

  private static byte[] deflate(byte[] input) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(input);
      deflater.finish();
      // ZLIB's own bound for data that does not compress, rounded up.
      byte[] output = new byte[input.length + input.length / 1000 + 64];
      int length = deflater.deflate(output);
      return Arrays.copyOf(output, length);
    }
  }

  private static byte[] inflate(byte[] input) {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(input);
      byte[] output = new byte[LARGEST + 1];
      int length = inflater.inflate(output);
      if (!inflater.finished() || length > LARGEST) {
        throw new IllegalArgumentException("the status list is cut off or too large");
      }
      return Arrays.copyOf(output, length);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("the status list is not ZLIB data", e);
    }
  }
}
