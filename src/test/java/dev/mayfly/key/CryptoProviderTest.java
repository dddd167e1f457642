package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.Outcome;
import dev.mayfly.store.KeyId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.oer.OERDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same published vectors through both providers: the choice changes speed and nothing else. */
class CryptoProviderTest {

  /** RFC 7515 A.2, A.3 and RFC 8037 A.4. */
  record Vector(Alg alg, String jwk, String input, String signature) {}

  private static final String CLAIMS =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
          + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

  private static final Vector RFC7515_A2 =
      new Vector(
          Alg.RS256,
          """
          {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4q\
          PCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaS\
          HSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyx\
          XFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}""",
          "eyJhbGciOiJSUzI1NiJ9." + CLAIMS,
          "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
              + "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
              + "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
              + "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");

  private static final Vector RFC7515_A3 =
      new Vector(
          Alg.ES256,
          """
          {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
          "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""",
          "eyJhbGciOiJFUzI1NiJ9." + CLAIMS,
          "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

  private static final Vector RFC8037_A4 =
      new Vector(
          Alg.ED25519,
          """
          {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
          "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
          "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");

  static Stream<CryptoProvider> both() {
    return Stream.of(CryptoProvider.corretto().orElseThrow(), CryptoProvider.bouncyCastle());
  }

  @Test
  void correttoIsChosen_whereItsNativePartLoads() {
    assertThat(CryptoProvider.chosen().name()).isEqualTo("AmazonCorrettoCryptoProvider");
    assertThat(CryptoProvider.chosen()).isSameAs(CryptoProvider.chosen());
    assertThat(CryptoProvider.chosen().version()).startsWith("2.");
  }

  @ParameterizedTest
  @MethodSource("both")
  void publishedSignaturesVerify_andChangedOnesDoNot(CryptoProvider crypto) throws Exception {
    for (Vector vector : List.of(RFC7515_A2, RFC7515_A3, RFC8037_A4)) {
      byte[] signature = new Base64URL(vector.signature()).decode();
      PublicKey key = PublicJwk.parse(vector.alg(), named(vector.jwk())).key(crypto);
      assertThat(verifies(crypto, vector.alg(), key, vector.input(), signature)).isTrue();
      assertThat(verifies(crypto, vector.alg(), key, vector.input() + "x", signature)).isFalse();
      signature[5] ^= 1;
      assertThat(verifies(crypto, vector.alg(), key, vector.input(), signature)).isFalse();
    }
  }

  /** RFC 8037 A.4 signs with the private key of A.1: Ed25519 leaves no room for another result. */
  @ParameterizedTest
  @MethodSource("both")
  void ed25519SignsWhatTheStandardSigned(CryptoProvider crypto) {
    byte[] seed = new Base64URL("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").decode();
    byte[] pkcs8 = java.util.HexFormat.of().parseHex("302e020100300506032b657004220420");
    byte[] secret = java.util.Arrays.copyOf(pkcs8, pkcs8.length + seed.length);
    System.arraycopy(seed, 0, secret, pkcs8.length, seed.length);
    RingName ring = new RingName(RingName.JWT, Alg.ED25519);
    WrappedCustody custody = custody(crypto);
    KeyId id = new KeyId("a");
    Signer signer = opened(custody.open(id, ring, custody.wrap(id, ring, secret)));
    byte[] signature = signer.sign(RFC8037_A4.input().getBytes(StandardCharsets.US_ASCII));
    assertThat(Base64URL.encode(signature)).hasToString(RFC8037_A4.signature());
  }

  @ParameterizedTest
  @MethodSource("both")
  void rs256SignsTheSameBytesAsTheJdk(CryptoProvider crypto) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Signature jdk = Signature.getInstance("SHA256withRSA", "SunRsaSign");
    jdk.initSign(pair.getPrivate());
    jdk.update(CLAIMS.getBytes(StandardCharsets.US_ASCII));
    RingName ring = new RingName(RingName.JWT, Alg.RS256);
    WrappedCustody custody = custody(crypto);
    KeyId id = new KeyId("a");
    Signer signer =
        opened(custody.open(id, ring, custody.wrap(id, ring, pair.getPrivate().getEncoded())));
    assertThat(signer.sign(CLAIMS.getBytes(StandardCharsets.US_ASCII))).isEqualTo(jdk.sign());
  }

  /** Nodes of one installation may run on platforms with and without Corretto. */
  @ParameterizedTest
  @MethodSource("both")
  void keysOpenUnderTheOtherProvider_andItsSignaturesVerify(CryptoProvider maker) throws Exception {
    byte[] input = CLAIMS.getBytes(StandardCharsets.US_ASCII);
    for (CryptoProvider opener : both().toList()) {
      for (Alg alg : Alg.values()) {
        RingName ring = new RingName(alg.signsTokens() ? RingName.JWT : RingName.ROOT, alg);
        Custody.Made made = custody(maker).make(ring);
        KeyId id = made.publicKey().id();
        byte[] signature = opened(custody(opener).open(id, ring, made.held())).sign(input);
        PublicKey key = PublicJwk.parse(alg, made.publicKey().json()).key(maker);
        assertThat(verifies(maker, alg, key, CLAIMS, signature)).isTrue();
        if (alg == Alg.RS256) {
          RSAKey rsa = (RSAKey) JWK.parse(made.publicKey().json());
          assertThat(rsa.size()).isEqualTo(2048);
        }
      }
    }
  }

  /** Its three jars hold some of one another's classes: of two versions, either's may be met. */
  @Test
  void bouncyCastleIsOfOneVersion() throws Exception {
    Set<String> versions =
        Stream.of(
                BouncyCastleProvider.class, // bcprov
                X509CertificateHolder.class, // bcpkix
                OERDecoder.class) // bcutil
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .map(jar -> jar.replaceAll(".*-([0-9.]+)\\.jar$", "$1"))
            .collect(Collectors.toSet());
    assertThat(versions).hasSize(1);
  }

  private static WrappedCustody custody(CryptoProvider crypto) {
    return new WrappedCustody(crypto, KeyEncryptionKey.read(Path.of("keys-dev/kek")), List.of());
  }

  private static Signer opened(Outcome<Signer> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Signer>) outcome).value();
  }

  /** As the table has it; the standards' examples have no {@code kid}. */
  private static String named(String jwk) {
    return "{\"kid\":\"a\"," + jwk.substring(1);
  }

  private static boolean verifies(
      CryptoProvider crypto, Alg alg, PublicKey key, String input, byte[] signature)
      throws Exception {
    Signature check = crypto.signature(alg);
    check.initVerify(key);
    check.update(input.getBytes(StandardCharsets.US_ASCII));
    return check.verify(signature);
  }
}
