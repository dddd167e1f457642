package dev.mayfly.revocation.ocsp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.credential.x509.Responder;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.store.ListId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Remembers answers that are good for anybody, in as many bytes as the broker can spare: strangers
 * choose what is asked, and so what is kept. They are found by the request's own bytes, so that who
 * asks as most do is answered before anything is parsed.
 */
final class KeptAnswers {

  /** Of answers and questions: ten thousand where the authorities' keys are of P-256. */
  static final long MOST_BYTES = 16L << 20;

  /** What the cache itself takes for each, and Java for its objects. */
  private static final int AROUND = 300;

  private final Cache<ByteBuffer, Kept> kept =
      Caffeine.newBuilder()
          .maximumWeight(MOST_BYTES)
          .weigher(
              (ByteBuffer question, Kept one) ->
                  question.capacity() + one.answer().der().length + AROUND)
          .build();

  /** An answer, and what it was made of. */
  record Kept(ListId list, long seq, Responder responder, OcspAnswer answer) {

    /** Whether this list and responder would say the same. */
    boolean isOf(ServedList now, Responder speaking) {
      return now.id().equals(list)
          && now.seq() == seq
          && Arrays.equals(speaking.der(), responder.der());
    }

    private boolean isGoodAt(Instant now) {
      return answer.reusable().filter(good -> now.isBefore(good.nextUpdate())).isPresent();
    }
  }

  /**
   * What was answered to these bytes ({@link OcspRequest#common}), until it ends. That it still
   * holds is the caller's to ask.
   */
  Optional<Kept> find(byte[] question, Instant now) {
    return Optional.ofNullable(kept.getIfPresent(ByteBuffer.wrap(question)))
        .filter(present -> present.isGoodAt(now));
  }

  void put(byte[] question, Kept answered) {
    kept.put(ByteBuffer.wrap(question), answered);
  }

  /** How much is kept. */
  long bytes() {
    kept.cleanUp();
    return kept.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }
}
