package dev.mayfly.identity;

import dev.mayfly.key.DerivedKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * The nonces that DPoP proofs have to hold (RFC 9449 8, 9): so nobody can make proofs today for
 * another day. A nonce is the HMAC of a slot of time, so nothing is stored and every node makes the
 * same; it is good in its slot and the next, which is {@link #SLOT} at least and twice that at
 * most.
 */
@ApplicationScoped
public class DpopNonces {

  static final Duration SLOT = Duration.ofMinutes(2);

  private static final String LABEL = "mayfly dpop nonce";
  private static final String MAC = "HmacSHA256";

  /** 128 bits, far more than anybody guesses while a slot lasts. */
  private static final int LENGTH = 16;

  private final boolean required;
  private final List<SecretKey> keys;
  private final InstantSource clock;

  public DpopNonces(IdentityLimits limits, DerivedKeys derived, InstantSource clock) {
    this.required = limits.dpop().nonceRequired();
    this.keys = derived.of(LABEL);
    this.clock = clock;
  }

  /** What the next proof should hold; empty when none is asked for. */
  public Optional<String> fresh() {
    return required ? Optional.of(nonce(keys.getFirst(), slot())) : Optional.empty();
  }

  /** True when none is asked for, whatever the proof holds. */
  boolean accepts(Optional<String> nonce) {
    return !required || nonce.filter(this::isCurrent).isPresent();
  }

  private boolean isCurrent(String nonce) {
    byte[] shown = nonce.getBytes(StandardCharsets.UTF_8);
    long now = slot();
    return keys.stream()
        .anyMatch(key -> isSame(shown, nonce(key, now)) || isSame(shown, nonce(key, now - 1)));
  }

  private static boolean isSame(byte[] shown, String nonce) {
    return MessageDigest.isEqual(shown, nonce.getBytes(StandardCharsets.UTF_8));
  }

  private long slot() {
    return clock.instant().getEpochSecond() / SLOT.toSeconds();
  }

  private static String nonce(SecretKey key, long slot) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      byte[] tag = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(slot).array());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(tag, LENGTH));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + MAC, e);
    }
  }
}
