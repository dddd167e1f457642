package dev.mayfly.grant.session;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Whom an address is counted as: of IPv6 its first 64 bits, since who has one address of such a
 * network has all of them (RFC 6177 2); of IPv4, also where it is written as IPv6, the whole.
 */
record EndSite(String text) {

  private static final int NETWORK = 8;

  static EndSite of(String address) {
    try {
      return new EndSite(counted(InetAddress.ofLiteral(address)));
    } catch (IllegalArgumentException e) {
      return new EndSite(address); // a proxy's word for a client: one of its own
    }
  }

  /** An IPv4-mapped address (RFC 4291 2.5.5.2) is read as the IPv4 address that it is. */
  private static String counted(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(bytes, NETWORK)) + "/64"
        : address.getHostAddress();
  }
}
