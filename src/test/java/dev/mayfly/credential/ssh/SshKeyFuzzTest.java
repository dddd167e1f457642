package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a stranger sends is a key to the last octet, or a refusal: never an exception. */
class SshKeyFuzzTest {

  private static final List<SshPublicKey> GOOD =
      List.of(
          SshPublicKey.of(TestSsh.ed25519().getPublic()),
          SshPublicKey.of(TestSsh.ec("secp256r1").getPublic()),
          SshPublicKey.of(TestSsh.ec("secp384r1").getPublic()),
          SshPublicKey.of(TestSsh.ec("secp521r1").getPublic()),
          SshPublicKey.of(TestSsh.rsa(3072).getPublic()),
          SshPublicKeyTest.skEd25519(),
          SshPublicKeyTest.skEcdsa());

  @Property(tries = 20_000)
  void mutatedBlobIsAnotherKeyOrRefused(
      @ForAll @IntRange(max = 6) int which,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int times) {
    byte[] blob = GOOD.get(which).blob();
    Random random = new Random(seed);
    for (int i = 0; i < times; i++) {
      blob = mutated(blob, random);
    }
    judged(Base64.getEncoder().encodeToString(blob));
  }

  @Property(tries = 5_000)
  void mutatedLineIsAnotherKeyOrRefused(@ForAll @IntRange(max = 6) int which, @ForAll long seed) {
    StringBuilder line = new StringBuilder(GOOD.get(which).line()).append(" comment");
    Random random = new Random(seed);
    for (int i = random.nextInt(4); i >= 0; i--) {
      line.setCharAt(
          random.nextInt(line.length()), (char) random.nextInt(random.nextBoolean() ? 128 : 65536));
    }
    judged(line.toString());
  }

  @Property(tries = 5_000)
  void anyTextIsJudged(@ForAll String text, @ForAll @IntRange(max = 6) int which) {
    judged(text);
    judged(GOOD.get(which).type().wireName() + " " + text);
  }

  @Property(tries = 5_000)
  void anyOctetsBehindATypeAreJudged(
      @ForAll @Size(max = 300) byte[] octets, @ForAll @IntRange(max = 6) int which) {
    String name = GOOD.get(which).type().wireName();
    byte[] blob = new SshWriter().string(name).raw(octets).bytes();
    judged(Base64.getEncoder().encodeToString(blob));
  }

  private static void judged(String text) {
    switch (SshPublicKey.read(text)) {
      case Outcome.Ok<SshPublicKey>(SshPublicKey key) -> {
        assertThat(TestSsh.key(key.line())).isEqualTo(key);
        assertThat(text).contains(Base64.getEncoder().encodeToString(key.blob()));
      }
      case Outcome.Refused<SshPublicKey>(Refusal refusal) ->
          assertThat(refusal.code()).isIn("ssh-key-malformed", "weak-key");
    }
  }

  /** Flips a bit, cuts, grows, or sets a length where one may stand. */
  private static byte[] mutated(byte[] blob, Random random) {
    if (blob.length < 8) {
      return Arrays.copyOf(blob, 16);
    }
    byte[] other = blob.clone();
    int at = random.nextInt(blob.length - 4);
    switch (random.nextInt(5)) {
      case 0 -> other[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> other = Arrays.copyOf(blob, at);
      case 2 -> other = Arrays.copyOf(blob, blob.length + 1 + random.nextInt(64));
      case 3 -> Arrays.fill(other, at, at + 4, (byte) random.nextInt(256));
      default -> other[at] = (byte) random.nextInt(256);
    }
    return other;
  }
}
