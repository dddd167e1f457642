package dev.mayfly.http;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A block of IP addresses (RFC 4632, RFC 4291 2.3). An address that is no literal is in none:
 * nothing is looked up.
 *
 * @param network in network order; what is behind the prefix does not matter
 */
@SuppressWarnings("ArrayRecordComponent") // made here, compared by nobody
record Cidr(byte[] network, int prefix) {

  /** {@code 10.1.2.0/24}, {@code fd00::/8}, or one address. */
  static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    Optional<byte[]> address = literal(slash < 0 ? text : text.substring(0, slash));
    try {
      return address
          .map(
              bytes ->
                  new Cidr(
                      bytes,
                      slash < 0
                          ? bytes.length * Byte.SIZE
                          : Integer.parseInt(text.substring(slash + 1))))
          .filter(cidr -> cidr.prefix >= 0 && cidr.prefix <= cidr.network.length * Byte.SIZE);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether this literal is in it; an IPv4 address is in no block of IPv6 and the reverse. */
  boolean holds(String address) {
    return literal(address).filter(this::holds).isPresent();
  }

  private boolean holds(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 1 << (Byte.SIZE - 1 - bit % Byte.SIZE);
      if (((address[bit / Byte.SIZE] ^ network[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static Optional<byte[]> literal(String text) {
    int zone = text.indexOf('%'); // of a link-local address: which interface, not which address
    try {
      String plain = zone < 0 ? text : text.substring(0, zone);
      return Optional.of(InetAddress.ofLiteral(plain).getAddress());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
