package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.KeyId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WrappedCustodyTest {

  private static final RingName RING = new RingName(RingName.JWT, Alg.ES256);
  private static final KeyId ID = new KeyId("kid-1");
  private static final byte[] SECRET = "a private key".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  static Stream<CryptoProvider> both() {
    return Stream.of(CryptoProvider.corretto().orElseThrow(), CryptoProvider.bouncyCastle());
  }

  @ParameterizedTest
  @MethodSource("both")
  void formIsTheDocumentedOne_madeByHandWithTheJdk(CryptoProvider crypto) throws Exception {
    byte[] kek = bytes(7);
    byte[] nonce = Arrays.copyOf(bytes(9), 12);
    byte[] header = new byte[9];
    header[0] = 1;
    System.arraycopy(MessageDigest.getInstance("SHA-256").digest(kek), 0, header, 1, 8);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(data);
    out.write(header);
    for (String part : List.of("wrapped", "jwt/ES256", "kid-1")) {
      out.writeInt(part.length());
      out.writeBytes(part);
    }
    Cipher jdk = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    jdk.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(kek, "AES"), new GCMParameterSpec(128, nonce));
    jdk.updateAAD(data.toByteArray());
    byte[] sealed = jdk.doFinal(SECRET);
    ByteArrayOutputStream held = new ByteArrayOutputStream();
    held.write(header);
    held.write(nonce);
    held.write(sealed);

    assertThat(custody(crypto, kek).unwrap(ID, RING, held.toByteArray()))
        .isInstanceOfSatisfying(
            Outcome.Ok.class, ok -> assertThat((byte[]) ok.value()).isEqualTo(SECRET));
  }

  @ParameterizedTest
  @MethodSource("both")
  void keyDoesNotOpen_whenItWasMovedToAnotherRow(CryptoProvider crypto) {
    WrappedCustody custody = custody(crypto, bytes(7));
    byte[] held = custody.wrap(ID, RING, SECRET);
    assertThat(refusal(custody.unwrap(new KeyId("kid-2"), RING, held)).why())
        .contains("belongs to another row");
    assertThat(
            refusal(custody.unwrap(ID, new RingName(RingName.STATUS_LIST, Alg.ES256), held)).code())
        .isEqualTo("key-not-opened");
  }

  @ParameterizedTest
  @MethodSource("both")
  void keyDoesNotOpen_whenAnyByteOfItWasChanged(CryptoProvider crypto) {
    WrappedCustody custody = custody(crypto, bytes(7));
    byte[] held = custody.wrap(ID, RING, SECRET);
    for (int i = 0; i < held.length; i++) {
      byte[] changed = held.clone();
      changed[i] ^= 1;
      assertThat(custody.unwrap(ID, RING, changed)).as("byte %d", i).isInstanceOf(refused());
    }
    for (int length = 0; length < held.length; length++) {
      assertThat(custody.unwrap(ID, RING, Arrays.copyOf(held, length)))
          .as("cut to %d", length)
          .isInstanceOf(refused());
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void nonceIsNeverTheSame(CryptoProvider crypto) {
    WrappedCustody custody = custody(crypto, bytes(7));
    assertThat(
            Stream.generate(() -> custody.wrap(ID, RING, SECRET))
                .limit(500)
                .map(held -> Base64.getEncoder().encodeToString(Arrays.copyOfRange(held, 9, 21)))
                .distinct())
        .hasSize(500);
  }

  @ParameterizedTest
  @MethodSource("both")
  void wrongKekIsToldByName_andNothingOfItIs(CryptoProvider crypto) {
    byte[] held = custody(crypto, bytes(7)).wrap(ID, RING, SECRET);
    WrappedCustody other = custody(crypto, bytes(8));
    Refusal refusal = refusal(other.unwrap(ID, RING, held));
    assertThat(refusal.why())
        .contains(kek(bytes(7)).toString())
        .contains(kek(bytes(8)).toString())
        .contains("mayfly.key.previous-kek-files")
        .doesNotContain(text(bytes(8)));
  }

  @ParameterizedTest
  @MethodSource("both")
  void earlierKekStillReads_andWhatItWrappedIsRenewed(CryptoProvider crypto) {
    byte[] held = custody(crypto, bytes(7)).wrap(ID, RING, SECRET);
    WrappedCustody both = new WrappedCustody(crypto, kek(bytes(8)), List.of(kek(bytes(7))));
    assertThat(both.unwrap(ID, RING, held)).isInstanceOf(Outcome.Ok.class);
    byte[] anew = both.renew(ID, RING, held).orElseThrow();
    assertThat(custody(crypto, bytes(8)).unwrap(ID, RING, anew)).isInstanceOf(Outcome.Ok.class);
    assertThat(both.renew(ID, RING, anew)).as("nothing left to renew").isEmpty();
  }

  private static Class<?> refused() {
    return Outcome.Refused.class;
  }

  private static Refusal refusal(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(refused());
    return ((Outcome.Refused<?>) outcome).refusal();
  }

  private WrappedCustody custody(CryptoProvider crypto, byte[] kek) {
    return new WrappedCustody(crypto, kek(kek), List.of());
  }

  private KeyEncryptionKey kek(byte[] bytes) {
    try {
      Path file = folder.resolve("kek-" + bytes[0]);
      if (!Files.exists(file)) {
        Files.writeString(file, text(bytes));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
      }
      return KeyEncryptionKey.read(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
