package dev.mayfly.credential.ssh;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads SSH's data types (RFC 4251 5) from a stranger's octets. It never throws: what does not fit
 * makes it {@link #isBad}, for good, and everything read from then on is empty.
 */
final class SshReader {

  private final byte[] bytes;
  private int at;
  private boolean bad;

  SshReader(byte[] bytes) {
    this.bytes = bytes;
  }

  byte[] string() {
    int length = uint32();
    if (bad || length < 0 || length > bytes.length - at) {
      return spoiled();
    }
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  long uint64() {
    return (long) uint32() << Integer.SIZE | Integer.toUnsignedLong(uint32());
  }

  /** ISO 8859-1, so that no octet is lost and none is two characters. */
  String text() {
    return new String(string(), StandardCharsets.ISO_8859_1);
  }

  /** Only positive numbers in their shortest form: any other writing of a key is another blob. */
  BigInteger mpint() {
    byte[] content = string();
    boolean positive = content.length > 0 && content[0] >= 0;
    boolean padded = content.length > 1 && content[0] == 0 && content[1] >= 0;
    BigInteger value = content.length > 0 ? new BigInteger(content) : BigInteger.ZERO;
    if (!positive || padded || value.signum() == 0) {
      spoiled();
      return BigInteger.ZERO;
    }
    return value;
  }

  boolean isBad() {
    return bad;
  }

  /** All was read, and nothing is left over. */
  boolean isDone() {
    return !bad && at == bytes.length;
  }

  int uint32() {
    if (bad || bytes.length - at < Integer.BYTES) {
      spoiled();
      return 0;
    }
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value = value << Byte.SIZE | Byte.toUnsignedInt(bytes[at++]);
    }
    return value;
  }

  private byte[] spoiled() {
    bad = true;
    return new byte[0];
  }
}
