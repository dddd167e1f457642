package dev.mayfly.revocation.ocsp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.credential.x509.Responder;
import dev.mayfly.revocation.list.ServedList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ocsp.CertID;

/**
 * Remembers answers that are good for anybody, in as many bytes as the broker can spare: strangers
 * choose what is asked, and so what is kept. Of a question nothing stays but its DER.
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
  private record Kept(long seq, Responder responder, OcspAnswer answer) {}

  /** The answer that was made of this very list and responder, while it may be given. */
  Optional<OcspAnswer> find(CertID certificate, ServedList list, Responder responder, Instant now) {
    return Optional.ofNullable(kept.getIfPresent(key(certificate)))
        .filter(present -> present.seq() == list.seq())
        .filter(present -> Arrays.equals(present.responder().der(), responder.der()))
        .map(Kept::answer)
        .filter(
            answer ->
                answer.reusable().filter(good -> now.isBefore(good.nextUpdate())).isPresent());
  }

  void put(CertID certificate, ServedList list, Responder responder, OcspAnswer answer) {
    kept.put(key(certificate), new Kept(list.seq(), responder, answer));
  }

  /** How much is kept. */
  long bytes() {
    kept.cleanUp();
    return kept.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  private static ByteBuffer key(CertID certificate) {
    try {
      return ByteBuffer.wrap(certificate.getEncoded(ASN1Encoding.DER));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
