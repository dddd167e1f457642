package dev.mayfly.credential.ssh;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * Which text is a network in CIDR form as sshd takes it. A certificate with another in its {@code
 * source-address} is refused by every sshd, so such must never be written.
 */
final class SshNetwork {

  private static final Pattern FORM =
      Pattern.compile("([0-9.]{7,15}|[0-9a-fA-F:.]{2,45})/([0-9]{1,3})");

  private SshNetwork() {}

  /** A literal address and a prefix; no bit is set behind the prefix. */
  static boolean isOne(String text) {
    var parts = FORM.matcher(text);
    if (!parts.matches()) {
      return false;
    }
    try {
      byte[] address = InetAddress.ofLiteral(parts.group(1)).getAddress();
      int behind = address.length * Byte.SIZE - Integer.parseInt(parts.group(2));
      return behind >= 0
          && new BigInteger(1, address).mod(BigInteger.TWO.pow(behind)).signum() == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
