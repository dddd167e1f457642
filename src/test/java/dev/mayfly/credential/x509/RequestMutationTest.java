package dev.mayfly.credential.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests with some bytes changed, cut or doubled: each is a refusal or a good request, never an
 * exception. {@code -Dmayfly.fuzz.rounds=1000000} looks longer.
 */
class RequestMutationTest {

  private static final int ROUNDS = Integer.getInteger("mayfly.fuzz.rounds", 4_000);

  @ParameterizedTest
  @ValueSource(strings = {"ES256", "RS256", "Ed25519"})
  @Timeout(3_600)
  void changedRequestIsAnsweredAndNeverThrows(String kind) {
    KeyPair pair = TestHierarchy.keyPair(kind);
    byte[] good =
        new TestRequest(pair)
            .subject("CN=orders.shop.example")
            .names("dns:orders.shop.example", "ip:10.0.0.7", "uri:spiffe://shop.example/a")
            .extension("2.5.29.15", "03020780")
            .extension("2.5.29.19", "3000")
            .extension("2.5.29.37", "300a06082b06010505070301")
            .der();
    Random random = new Random(7);
    int refused = 0;
    long start = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      Outcome<Wishes> answer =
          CertificationRequest.parse(changed(good, random))
              .then(r -> r.wishes().within(new Purpose.TlsServer(), Set.of()));
      refused += answer instanceof Outcome.Refused<Wishes> ? 1 : 0;
    }
    assertThat(refused).isEqualTo(ROUNDS);
    assertThat(Duration.ofNanos(System.nanoTime() - start).dividedBy(ROUNDS))
        .isLessThan(Duration.ofMillis(50));
  }

  private static byte[] changed(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
      default -> bytes;
    };
  }
}
