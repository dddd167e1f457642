package dev.mayfly.credential.x509;

import java.util.ArrayList;
import java.util.List;

/** Writes an IP address the one way there is (RFC 5952 4 for IPv6). */
final class IpText {

  private static final int V4_BYTES = 4;
  private static final int GROUPS = 8;

  private IpText() {}

  /** Of four bytes or sixteen. */
  static String of(byte[] address) {
    return address.length == V4_BYTES ? v4(address) : v6(address);
  }

  private static String v4(byte[] address) {
    List<String> parts = new ArrayList<>();
    for (byte part : address) {
      parts.add(Integer.toString(part & 0xff));
    }
    return String.join(".", parts);
  }

  private static String v6(byte[] address) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = ((address[2 * i] & 0xff) << Byte.SIZE) | (address[2 * i + 1] & 0xff);
    }
    int start = 0;
    int length = 0;
    for (int i = 0; i < GROUPS; i++) {
      int zeros = zerosFrom(groups, i);
      if (zeros > length) {
        start = i;
        length = zeros;
      }
    }
    // RFC 5952 4.2.2: a single zero group is written out.
    return length < 2
        ? hex(groups, 0, GROUPS)
        : hex(groups, 0, start) + "::" + hex(groups, start + length, GROUPS);
  }

  private static int zerosFrom(int[] groups, int from) {
    int end = from;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end - from;
  }

  private static String hex(int[] groups, int from, int to) {
    List<String> parts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      parts.add(Integer.toHexString(groups[i]));
    }
    return String.join(":", parts);
  }
}
