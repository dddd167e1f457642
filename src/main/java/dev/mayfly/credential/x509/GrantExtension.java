package dev.mayfly.credential.x509;

/**
 * The extension that names the grant a certificate was issued under: not critical, a UTF8String
 * with the grant's UUID.
 *
 * <p>The identifier is made of the UUID {@code e5d6a674-859a-47e0-83c5-38f22bdcd85a} under the arc
 * that Microsoft publishes for identifiers made of UUIDs, in parts of at most 24 bits. Under ITU's
 * own arc (2.25, X.667) a UUID is one number of 128 bits: Go's crypto/x509, GnuTLS and zlint refuse
 * the whole certificate for it.
 */
public final class GrantExtension {

  public static final String OID =
      "1.2.840.113556.1.8000.2554.58838.42612.34202.18400.33733.3732011.14473306.1";

  private GrantExtension() {}
}
