package dev.mayfly.outbound;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs a webhook by the symmetric scheme of Standard Webhooks 1.0 ({@code v1}, HMAC-SHA256). */
public final class WebhookSecret {

  private static final String PREFIX = "whsec_";
  private static final String HMAC = "HmacSHA256";

  /** Standard Webhooks: between 24 and 64 bytes. */
  private static final int SHORTEST = 24;

  private static final int LONGEST = 64;

  private final SecretKeySpec key;

  private WebhookSecret(byte[] key) {
    this.key = new SecretKeySpec(key, HMAC);
  }

  /** Reads {@code whsec_<base64>}; what it throws holds nothing of it. */
  public static WebhookSecret of(String text) {
    byte[] bytes;
    try {
      bytes =
          text.startsWith(PREFIX)
              ? Base64.getDecoder().decode(text.substring(PREFIX.length()))
              : new byte[0];
    } catch (IllegalArgumentException e) {
      bytes = new byte[0]; // the decoder's message would quote it
    }
    if (bytes.length < SHORTEST || bytes.length > LONGEST) {
      throw new IllegalArgumentException(
          "a webhook's secret is whsec_ and " + SHORTEST + " to " + LONGEST + " bytes as base64");
    }
    return new WebhookSecret(bytes);
  }

  /** One entry of {@code webhook-signature}, over id, seconds since 1970 and the body's bytes. */
  String sign(String id, long timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  @Override
  public String toString() {
    return "a webhook's secret";
  }
}
