package dev.mayfly.credential.ssh;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a CA signs, named as SSH names it, and how a signature in JOSE's form (as our key rings make
 * it) becomes one in SSH's. {@code ssh-rsa}, which is SHA-1, is not one of them.
 */
public enum SshSigning {
  ED25519("Ed25519", "ssh-ed25519", SshKeyType.ED25519),
  ECDSA_P256("ES256", "ecdsa-sha2-nistp256", SshKeyType.ECDSA_P256),
  ECDSA_P384("ES384", "ecdsa-sha2-nistp384", SshKeyType.ECDSA_P384),
  RSA_SHA256("RS256", "rsa-sha2-256", SshKeyType.RSA),
  RSA_SHA512("RS512", "rsa-sha2-512", SshKeyType.RSA);

  private final String joseName;
  private final String wireName;
  private final SshKeyType keyType;

  SshSigning(String joseName, String wireName, SshKeyType keyType) {
    this.joseName = joseName;
    this.wireName = wireName;
    this.keyType = keyType;
  }

  /** By the JOSE name of the ring's algorithm. */
  public static Optional<SshSigning> named(String joseName) {
    return Arrays.stream(values()).filter(way -> way.joseName.equals(joseName)).findAny();
  }

  SshKeyType keyType() {
    return keyType;
  }

  /** The algorithm's name, then its signature: RFC 8709 6, RFC 5656 3.1.2, RFC 8332 3. */
  byte[] encoded(byte[] jose) {
    byte[] signature =
        switch (this) {
          case ED25519, RSA_SHA256, RSA_SHA512 -> jose;
          case ECDSA_P256, ECDSA_P384 -> pair(jose);
        };
    return new SshWriter().string(wireName).string(signature).bytes();
  }

  /** JOSE has R and S side by side, each as long as the curve's order (RFC 7518 3.4). */
  private static byte[] pair(byte[] jose) {
    int half = jose.length / 2;
    return new SshWriter()
        .mpint(new BigInteger(1, jose, 0, half))
        .mpint(new BigInteger(1, jose, half, half))
        .bytes();
  }
}
