package dev.mayfly.credential.x509;

import static dev.mayfly.credential.x509.TestHierarchy.keyPair;
import static dev.mayfly.credential.x509.TestHierarchy.value;
import static dev.mayfly.credential.x509.TestHierarchy.why;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request may be and may ask for; every bad one is a refusal with a reason. */
class CertificationRequestTest {

  private static final Purpose.Leaf SERVER = new Purpose.TlsServer();
  private static final Set<SubjectName> GIVEN = names("dns:orders.shop.example", "ip:10.0.0.7");
  private static final KeyPair KEY = keyPair("ES256");

  @ParameterizedTest
  @ValueSource(strings = {"ES256", "ES384", "RS256", "RSA-3072", "Ed25519"})
  void requestIsRead_ofEveryKindOfKey(String kind) {
    KeyPair pair = keyPair(kind);
    CertificationRequest request = value(CertificationRequest.parse(new TestRequest(pair).der()));
    assertThat(request.key().spki()).isEqualTo(pair.getPublic().getEncoded());
    assertThat(request.wishes().within(SERVER, GIVEN)).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void requestIsRead_inBothArmours() {
    byte[] der = new TestRequest(KEY).der();
    for (String label : List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")) {
      byte[] pem = pem(label, der);
      assertThat(value(CertificationRequest.parse(pem)).key().spki())
          .isEqualTo(KEY.getPublic().getEncoded());
    }
  }

  @Test
  void wishIsGranted_whenItIsWhatPolicyGives() {
    TestRequest request =
        new TestRequest(KEY)
            .subject("CN=orders.shop.example")
            .names("dns:orders.shop.example", "ip:10.0.0.7")
            .extension("2.5.29.15", "03020780")
            .extension("2.5.29.19", "3000")
            .extension("2.5.29.37", "300a06082b06010505070301");
    assertThat(answer(request)).isEqualTo("accepted");
  }

  record Bad(String reason, TestRequest request) {
    @Override
    public String toString() {
      return reason;
    }
  }

  static Stream<Bad> wishes() {
    return Stream.of(
        bad("asks to be a certificate authority", r -> r.extension("2.5.29.19", "30030101ff")),
        bad("does not give: DNS:evil.example", r -> r.names("dns:evil.example")),
        bad(
            "does not give: URI:spiffe://shop.example/billing",
            r -> r.names("uri:spiffe://shop.example/billing")),
        bad("does not give: DNS:*.shop.example", r -> r.names("dns:*.shop.example")),
        bad("does not give: IP:10.0.0.8", r -> r.names("dns:orders.shop.example", "ip:10.0.0.8")),
        bad("less than all names", r -> r.names("dns:orders.shop.example")),
        bad("a name is asked for twice", r -> r.names("ip:10.0.0.7", "ip:10.0.0.7")),
        bad("none of the names of the role", r -> r.subject("CN=evil.example")),
        bad("more than a common name", r -> r.subject("CN=orders.shop.example,O=Shop")),
        bad("more than a common name", r -> r.subject("O=Shop")),
        bad("key usage other", r -> r.extension("2.5.29.15", "03020284")),
        bad("key usage other", r -> r.extension("2.5.29.15", "030205a0")),
        bad("extended key usage other", r -> r.extension("2.5.29.37", "300a06082b06010505070309")),
        bad(
            "an extended key usage is named twice",
            r -> r.extension("2.5.29.37", "301406082b0601050507030106082b06010505070301")),
        bad("an extension is asked for that", r -> r.extension("2.5.29.30", "3000")),
        bad("an extension is asked for that", r -> r.extension(GrantExtension.OID, "0c0161")),
        bad(
            "subject key identifier is not",
            r -> r.extension("2.5.29.14", "0414" + "00".repeat(20))),
        bad("other than extensionRequest", r -> r.attribute("1.2.840.113549.1.9.7", "0c0161")),
        bad("not printable ASCII", r -> r.san("820f6f72646572730073686f702e65786100")),
        bad("not printable ASCII", r -> r.san("8209d0be726465727300e4")),
        bad("has a label", r -> r.san("82024120")),
        bad("reserved prefix", r -> r.san(dns("ab--cd.example"))),
        bad("has a label", r -> r.san(dns("a".repeat(64) + ".example"))),
        bad("longer than 253", r -> r.san(dns("a.".repeat(127) + "example"))),
        bad("has a label", r -> r.san(dns("a..example"))),
        bad("has a label", r -> r.san(dns("shop.example."))),
        bad("ends in a number", r -> r.san(dns("10.0.0.7"))),
        bad("a wildcard above less", r -> r.san(dns("*.example"))),
        bad("has a label", r -> r.san(dns("a.*.example"))),
        bad("4 bytes or 16", r -> r.san("87050a00000700")),
        bad("4 bytes or 16", r -> r.san("87080a000000ff000000")),
        bad("kind other than DNS", r -> r.san("a0070603290101a000")),
        bad("kind other than DNS", r -> r.san("8801" + "01")),
        bad("subject alternative name is empty", r -> r.san("")),
        bad("is no SPIFFE ID", r -> r.san(uri("spiffe://shop.example"))),
        bad("segment that is empty", r -> r.san(uri("spiffe://shop.example/a/../b"))),
        bad("trust domain", r -> r.san(uri("spiffe://Shop.example/a"))));
  }

  @ParameterizedTest
  @MethodSource("wishes")
  void requestIsRefused_whenItAsksForMoreThanPolicyGives(Bad bad) {
    assertThat(answer(bad.request())).contains(bad.reason());
  }

  @Test
  void refusalSaysNoMoreThanTheRequestItself() {
    String why = answer(new TestRequest(KEY).names("dns:" + "a".repeat(60) + ".evil.example"));
    assertThat(why).contains("evil.example").doesNotContain("orders.shop.example");
    String many =
        answer(
            new TestRequest(KEY)
                .names("dns:a.example", "dns:b.example", "dns:c.example", "dns:d.example"));
    assertThat(many).endsWith("DNS:a.example, DNS:b.example, DNS:c.example and more");
  }

  @Test
  void requestIsRefused_whenItsSignatureIsAnothers() {
    KeyPair other = keyPair("ES256");
    byte[] der = new TestRequest(KEY).signedBy(other).der();
    assertThat(why(CertificationRequest.parse(der))).contains("not signed with the private part");
    byte[] changed = new TestRequest(KEY).names("dns:orders.shop.example").der();
    int at = new String(changed, StandardCharsets.ISO_8859_1).indexOf("orders.shop");
    changed[at] = 'O' - 'A' + 'b';
    assertThat(why(CertificationRequest.parse(changed)))
        .contains("not signed with the private part");
  }

  @Test
  void requestIsRefused_whenItsSignatureIsWeakOrDoesNotFit() {
    KeyPair rsa = keyPair("RS256");
    assertThat(why(CertificationRequest.parse(new TestRequest(rsa).with("SHA1withRSA").der())))
        .contains("signature algorithm is none that fits");
    byte[] der = new TestRequest(KEY).with("SHA256withRSA").signedBy(rsa).der();
    assertThat(why(CertificationRequest.parse(der))).contains("none that fits its key");
  }

  record BadKey(String reason, String spki) {
    @Override
    public String toString() {
      return reason + " " + spki.length();
    }
  }

  static Stream<BadKey> keys() throws Exception {
    HexFormat hex = HexFormat.of();
    String p256 = hex.formatHex(KEY.getPublic().getEncoded());
    String point = p256.substring(52);
    String offCurve = p256.substring(0, p256.length() - 2) + flipped(p256);
    return Stream.of(
        new BadKey(
            "named curve", hex.formatHex(TestHierarchy.ec("secp521r1").getPublic().getEncoded())),
        new BadKey("named curve", "305a301406072a8648ce3d020106092b2403030208010107034200" + point),
        new BadKey("named curve", "3056301006072a8648ce3d020106052b8104000a034200" + point),
        new BadKey("named curve", explicitCurve(point)),
        new BadKey("no point on its curve", offCurve),
        new BadKey("no uncompressed point", p256.substring(0, 52) + "06" + point.substring(2)),
        new BadKey("no uncompressed point", compressed(point)),
        new BadKey(
            "no uncompressed point", "3019301306072a8648ce3d020106082a8648ce3d03010703020000"),
        new BadKey("small order", "302a300506032b6570032100" + "01" + "00".repeat(31)),
        new BadKey("no point on its curve", "302a300506032b6570032100" + "ff".repeat(32)),
        new BadKey("of no kind", "302a300506032b656e032100" + "09" + "00".repeat(31)),
        new BadKey("RSA of 1024 bits", rsa(1_024, "010001")),
        new BadKey("RSA of 2047 bits", rsa(2_047, "010001")),
        new BadKey("integer is empty or too long", rsa(16_384, "010001")),
        new BadKey("RSA exponent", rsa(2_048, "03")),
        new BadKey("RSA exponent", rsa(2_048, "010002")),
        new BadKey("integer is empty or too long", rsa(2_048, "0100000001")),
        new BadKey("integer is empty or too long", rsa(2_048, "01".repeat(300))),
        new BadKey("small factor", rsa(2_048, "010001")));
  }

  /** Most of these prove nothing: the key is judged before the proof is. */
  @ParameterizedTest
  @MethodSource("keys")
  void requestIsRefused_whenItsKeyIsBad(BadKey bad) {
    byte[] der = new TestRequest(KEY).spki(HexFormat.of().parseHex(bad.spki())).der();
    assertThat(why(CertificationRequest.parse(der))).contains(bad.reason());
  }

  static Stream<byte[]> hostile() {
    byte[] good = new TestRequest(KEY).names("dns:orders.shop.example").der();
    byte[] trailing = Arrays.copyOf(good, good.length + 1);
    byte[] cut = Arrays.copyOf(good, good.length - 1);
    byte[] indefinite = good.clone();
    indefinite[1] = (byte) 0x80;
    ByteArrayOutputStream nested = new ByteArrayOutputStream();
    for (int i = 0; i < CertificationRequest.MOST_BYTES / 2; i++) {
      nested.writeBytes(new byte[] {0x30, (byte) 0x80});
    }
    return Stream.of(
        new byte[0],
        new byte[] {0x30},
        new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1},
        HexFormat.of().parseHex("3000"),
        trailing,
        cut,
        indefinite,
        nested.toByteArray(),
        new byte[CertificationRequest.MOST_BYTES + 1],
        "-----BEGIN CERTIFICATE REQUEST-----\n*\n-----END CERTIFICATE REQUEST-----"
            .getBytes(StandardCharsets.US_ASCII),
        "-----BEGIN CERTIFICATE REQUEST----------END CERTIFICATE REQUEST-----"
            .getBytes(StandardCharsets.US_ASCII),
        pem("CERTIFICATE", good),
        twice(pem("CERTIFICATE REQUEST", good)));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void bytesAreRefused_whenTheyAreNoRequest(byte[] bytes) {
    assertThat(CertificationRequest.parse(bytes))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal()).isInstanceOf(Refusal.Malformed.class));
  }

  private static String answer(TestRequest request) {
    return why(
        CertificationRequest.parse(request.der()).then(r -> r.wishes().within(SERVER, GIVEN)));
  }

  private static Bad bad(String reason, java.util.function.UnaryOperator<TestRequest> change) {
    return new Bad(reason, change.apply(new TestRequest(KEY)));
  }

  private static Set<SubjectName> names(String... names) {
    return Stream.of(names)
        .map(SubjectName::parse)
        .collect(java.util.stream.Collectors.toUnmodifiableSet());
  }

  private static String dns(String text) {
    return TestRequest.tlv(
        0x82, HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String uri(String text) {
    return TestRequest.tlv(
        0x86, HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String flipped(String hex) {
    int last = Integer.parseInt(hex.substring(hex.length() - 2), 16) ^ 1;
    return "%02x".formatted(last);
  }

  private static String compressed(String point) {
    return "3039301306072a8648ce3d020106082a8648ce3d030107032200" + "02" + point.substring(2, 66);
  }

  /** RFC 3279 2.3.5 had the whole curve in the parameters (CVE-2020-0601). */
  private static String explicitCurve(String point) {
    String parameters =
        TestRequest.tlv(0x30, "020101" + "3000" + "3000" + "0401" + "00" + "020100");
    String algorithm = TestRequest.tlv(0x30, "06072a8648ce3d0201" + parameters);
    return TestRequest.tlv(0x30, algorithm + "034200" + point);
  }

  /** Whole runs of ones: divisible by 3 where the length is even. */
  private static String rsa(int bits, String exponent) {
    byte[] modulus =
        java.math.BigInteger.TWO.pow(bits).subtract(java.math.BigInteger.ONE).toByteArray();
    String padded = HexFormat.of().formatHex(modulus);
    String numbers = TestRequest.tlv(0x02, padded) + TestRequest.tlv(0x02, exponent);
    String bitString = TestRequest.tlv(0x03, "00" + TestRequest.tlv(0x30, numbers));
    return TestRequest.tlv(0x30, "300d06092a864886f70d0101010500" + bitString);
  }

  private static byte[] pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, body, label)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] twice(byte[] bytes) {
    byte[] both = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
    return both;
  }
}
