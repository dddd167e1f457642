package dev.mayfly.credential.ssh;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of public keys that can be certified, by their names on the wire. */
public enum SshKeyType {
  /** RFC 8709. */
  ED25519("ssh-ed25519"),
  /** RFC 5656 3.1, and the next two. */
  ECDSA_P256("ecdsa-sha2-nistp256"),
  ECDSA_P384("ecdsa-sha2-nistp384"),
  ECDSA_P521("ecdsa-sha2-nistp521"),
  /** RFC 4253 6.6; its signatures are RFC 8332's. */
  RSA("ssh-rsa"),
  /** OpenSSH PROTOCOL.u2f: held by a security key, and the next. */
  SK_ED25519("sk-ssh-ed25519@openssh.com"),
  SK_ECDSA_P256("sk-ecdsa-sha2-nistp256@openssh.com");

  private static final String VENDOR = "@openssh.com";
  private static final String CERTIFICATE = "-cert-v01" + VENDOR;

  private final String wireName;

  SshKeyType(String wireName) {
    this.wireName = wireName;
  }

  /** The first string of a key's blob. */
  public String wireName() {
    return wireName;
  }

  /** The first string of a certificate for such a key. */
  public String certificateName() {
    return wireName.replace(VENDOR, "") + CERTIFICATE;
  }

  static Optional<SshKeyType> named(String wireName) {
    return Arrays.stream(values()).filter(type -> type.wireName.equals(wireName)).findAny();
  }

  /** Whether the name is that of a certificate, which is no key. */
  static boolean isCertificate(String wireName) {
    return wireName.endsWith(CERTIFICATE);
  }
}
