package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets derived from the key-encryption key: the same everywhere, each its own. */
class DerivedKeysTest {

  private static final byte[] ONES = HexFormat.of().parseHex("01".repeat(32));
  private static final byte[] TWOS = HexFormat.of().parseHex("02".repeat(32));

  @TempDir Path folder;

  /** By RFC 5869 2 with HMAC alone, to check the library against the standard's own words. */
  @Test
  void derivationIsHkdf() throws Exception {
    byte[] extracted = hmac(new byte[32], ONES);
    byte[] expected =
        hmac(extracted, "a label\u0001".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(kek(ONES).derive("a label").getEncoded()).isEqualTo(expected);
  }

  @Test
  void everyLabelAndKeyHasItsOwn() throws IOException {
    DerivedKeys one = new DerivedKeys(kek(ONES), List.of());
    assertThat(one.of("a")).isEqualTo(new DerivedKeys(kek(ONES), List.of()).of("a"));
    assertThat(one.of("a")).isNotEqualTo(one.of("b"));
    assertThat(one.of("a")).isNotEqualTo(new DerivedKeys(kek(TWOS), List.of()).of("a"));
  }

  @Test
  void whatOneNodeMakesTheOtherKnows_whileTheKeyIsChanged() throws IOException {
    DerivedKeys before = new DerivedKeys(kek(ONES), List.of(kek(TWOS)));
    DerivedKeys after = new DerivedKeys(kek(TWOS), List.of(kek(ONES)));
    assertThat(after.of("a")).contains(before.of("a").getFirst());
    assertThat(before.of("a")).contains(after.of("a").getFirst());
  }

  private KeyEncryptionKey kek(byte[] bytes) throws IOException {
    Path file = Files.createTempFile(folder, "kek", "");
    Files.writeString(file, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    return KeyEncryptionKey.read(
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------")));
  }

  private static byte[] hmac(byte[] key, byte[] input)
      throws java.security.GeneralSecurityException {
    javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
    mac.init(new javax.crypto.spec.SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(input);
  }
}
