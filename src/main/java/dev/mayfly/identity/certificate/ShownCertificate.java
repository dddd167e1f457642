package dev.mayfly.identity.certificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * A certificate whose key the sender of a request has shown that they hold. Nothing is known of it
 * beside that.
 *
 * @param others what the sender says stands between it and an authority
 */
public record ShownCertificate(X509Certificate leaf, List<X509Certificate> others) {

  /** With longer chains somebody looks for work for us. */
  public static final int MOST_OTHERS = 6;

  public ShownCertificate {
    others = others.stream().limit(MOST_OTHERS).toList();
  }

  /** {@code x5t#S256}: base64url of SHA-256 over the DER (RFC 8705 3.1). */
  public String thumbprint() {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("it was parsed, and every Java platform has SHA-256", e);
    }
  }
}
