package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OCSP as strangers use it: OpenSSL, the JDK's PKIX and Bouncy Castle ask and believe. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class OcspStoryTest {

  private static final String QUESTION = "application/ocsp-request";

  @TempDir Path folder;

  @Test
  void openSslHearsGood_thenRevokedWithTheCrl_andUnknownOfWhatNobodyIssued() {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    assertThat(ask(certified, "-cert leaf.pem"))
        .contains("Response verify OK", "leaf.pem: good")
        .doesNotContain("WARNING");
    assertThat(ask(certified, "-sha256 -cert leaf.pem -no_nonce"))
        .contains("Response verify OK", "leaf.pem: good");
    String before = given().get(Certificates.listOf(certified.leaf())).header("ETag");
    certified.revoke();
    Certified.changed(certified.leaf(), before).then().statusCode(200);
    assertThat(ask(certified, "-cert leaf.pem")).contains("leaf.pem: revoked");
    assertThat(ask(certified, "-cert leaf.pem -no_nonce"))
        .describedAs("nothing kept from before")
        .contains("leaf.pem: revoked");
    assertThat(ask(certified, "-serial 0x0123456789")).contains("unknown");
  }

  @Test
  void openSslHearsOfTheIssuingAuthority_fromTheRoot() {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    assertThat(
            certified.run(
                "openssl ocsp -issuer trust.pem -cert between.pem -CAfile trust.pem -url "
                    + url("/ocsp")))
        .contains("Response verify OK", "between.pem: good");
  }

  @Test
  void sunPkixBelievesTheWholePath_untilTheLeafIsRevoked() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    validate(certified);
    String before = given().get(Certificates.listOf(certified.leaf())).header("ETag");
    certified.revoke();
    Certified.changed(certified.leaf(), before).then().statusCode(200);
    assertThatThrownBy(() -> validate(certified))
        .isInstanceOfSatisfying(
            CertPathValidatorException.class,
            refused ->
                assertThat(refused.getReason())
                    .isEqualTo(CertPathValidatorException.BasicReason.REVOKED));
  }

  @Test
  void bouncyCastleReadsSeveralAnswers_withItsNonceAndOneSignature() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    byte[] nonce = new DEROctetString(new byte[128]).getEncoded();
    byte[] request =
        new OCSPReqBuilder()
            .addRequest(id(certified, certified.leaf().getSerialNumber()))
            .addRequest(id(certified, BigInteger.TWO.pow(200)))
            .addRequest(id(certified, BigInteger.valueOf(-5)))
            .setRequestExtensions(nonceExtension(nonce))
            .build()
            .getEncoded();
    Response answer = post(request);
    answer.then().header("Cache-Control", "no-store");
    BasicOCSPResp basic = basic(answer);
    X509CertificateHolder responder = basic.getCerts()[0];
    assertThat(basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(responder)))
        .isTrue();
    assertThat(
            responder.isSignatureValid(
                new JcaContentVerifierProviderBuilder()
                    .build(new JcaX509CertificateHolder(certified.issuing()))))
        .describedAs("the certificate's issuer has made it its responder")
        .isTrue();
    assertThat(
            basic.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce).getExtnValue().getOctets())
        .isEqualTo(nonce);
    assertThat(basic.getResponses())
        .extracting(SingleResp::getCertStatus)
        .satisfiesExactly(
            good -> assertThat(good).isEqualTo(CertificateStatus.GOOD),
            unknown -> assertThat(unknown).isInstanceOf(UnknownStatus.class),
            unknown -> assertThat(unknown).isInstanceOf(UnknownStatus.class));
  }

  /** Rule 7: no answer is good for longer than the list it was read from. */
  @Test
  void answerEndsWithItsCrl_andTellsItsReasonAndTime() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    String before = given().get(Certificates.listOf(certified.leaf())).header("ETag");
    certified.revoke();
    byte[] der = Certified.changed(certified.leaf(), before).asByteArray();
    java.security.cert.X509CRL crl = Certificates.crl(der);
    SingleResp single =
        basic(post(request(certified, certified.leaf().getSerialNumber()))).getResponses()[0];
    assertThat(single.getThisUpdate()).isEqualTo(crl.getThisUpdate());
    assertThat(single.getNextUpdate()).isEqualTo(crl.getNextUpdate());
    RevokedStatus revoked = (RevokedStatus) single.getCertStatus();
    assertThat(revoked.getRevocationTime())
        .isEqualTo(
            crl.getRevokedCertificate(certified.leaf().getSerialNumber()).getRevocationDate());
    assertThat(revoked.hasRevocationReason()).isFalse();
  }

  @Test
  void sameAnswerIsKept_andCachesKnowForHowLong() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    String base64 =
        Base64.getEncoder().encodeToString(request(certified, certified.leaf().getSerialNumber()));
    String encoded = "/ocsp/" + URLEncoder.encode(base64, StandardCharsets.US_ASCII);
    Response first = given().urlEncodingEnabled(false).get(encoded);
    first
        .then()
        .statusCode(200)
        .contentType("application/ocsp-response")
        .header("Cache-Control", containsString("max-age=1,"));
    // Not by REST Assured: its client makes one slash of two.
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI plain = URI.create("http://localhost:" + RestAssured.port + "/ocsp/" + base64);
      assertThat(
              client.send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofByteArray()).body())
          .isEqualTo(first.asByteArray());
    }
    given()
        .urlEncodingEnabled(false)
        .header("If-None-Match", first.header("ETag"))
        .get(encoded)
        .then()
        .statusCode(304);
  }

  @Test
  void strangersIssuerIsNotSpokenFor() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    certified.run(
        "openssl req -x509 -nodes -subj /CN=evil -keyout evil.key -newkey ec -pkeyopt"
            + " ec_paramgen_curve:P-256 -out evil.pem");
    X509Certificate evil =
        Certified.certificate(java.nio.file.Files.readString(folder.resolve("evil.pem")));
    CertificateID theirs =
        new CertificateID(sha1(), new JcaX509CertificateHolder(evil), BigInteger.ONE);
    assertThat(status(post(new OCSPReqBuilder().addRequest(theirs).build().getEncoded())))
        .isEqualTo(OCSPResp.UNAUTHORIZED);
    assertThat(
            status(
                post(
                    new OCSPReqBuilder()
                        .addRequest(id(certified, certified.leaf().getSerialNumber()))
                        .addRequest(theirs)
                        .build()
                        .getEncoded())))
        .describedAs("one signature does not speak for two issuers")
        .isEqualTo(OCSPResp.UNAUTHORIZED);
  }

  @Test
  void malformedIsSaidSo_inA200() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    BigInteger serial = certified.leaf().getSerialNumber();
    byte[] good = request(certified, serial);
    for (byte[] bad :
        List.of(
            new byte[0],
            "hello".getBytes(StandardCharsets.US_ASCII),
            java.util.Arrays.copyOf(good, good.length - 1),
            java.util.Arrays.copyOf(good, good.length + 1),
            new byte[5000],
            withNonce(certified, new DEROctetString(new byte[0]).getEncoded()),
            withNonce(certified, new DEROctetString(new byte[129]).getEncoded()),
            withNonce(certified, new byte[] {1, 2, 3}),
            many(certified, 17))) {
      assertThat(status(post(bad))).isEqualTo(OCSPResp.MALFORMED_REQUEST);
    }
    assertThat(status(given().get("/ocsp/!!!!"))).isEqualTo(OCSPResp.MALFORMED_REQUEST);
    assertThat(status(post(many(certified, 16)))).isEqualTo(OCSPResp.SUCCESSFUL);
  }

  private String ask(Certified certified, String what) {
    return certified.run(
        "openssl ocsp -issuer between.pem -verify_other between.pem -CAfile trust.pem -url "
            + url("/ocsp")
            + " "
            + what);
  }

  private static void validate(Certified certified) throws Exception {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOcspResponder(URI.create(url("/ocsp")));
    checker.setOptions(Set.of(PKIXRevocationChecker.Option.NO_FALLBACK));
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(certified.trusted(), null)));
    parameters.addCertPathChecker(checker);
    CertPath path =
        CertificateFactory.getInstance("X.509")
            .generateCertPath(List.of(certified.leaf(), certified.issuing()));
    validator.validate(path, parameters);
  }

  private static byte[] request(Certified certified, BigInteger serial) throws Exception {
    return new OCSPReqBuilder().addRequest(id(certified, serial)).build().getEncoded();
  }

  private static byte[] withNonce(Certified certified, byte[] nonce) throws Exception {
    return new OCSPReqBuilder()
        .addRequest(id(certified, certified.leaf().getSerialNumber()))
        .setRequestExtensions(nonceExtension(nonce))
        .build()
        .getEncoded();
  }

  private static byte[] many(Certified certified, int count) throws Exception {
    OCSPReqBuilder builder = new OCSPReqBuilder();
    for (int i = 0; i < count; i++) {
      builder.addRequest(id(certified, certified.leaf().getSerialNumber()));
    }
    return builder.build().getEncoded();
  }

  private static Extensions nonceExtension(byte[] value) {
    return new Extensions(
        new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(value)));
  }

  private static CertificateID id(Certified certified, BigInteger serial) throws Exception {
    return new CertificateID(sha1(), new JcaX509CertificateHolder(certified.issuing()), serial);
  }

  private static DigestCalculator sha1() throws Exception {
    return new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
  }

  private static Response post(byte[] request) {
    return given().contentType(QUESTION).body(request).post("/ocsp");
  }

  private static int status(Response answer) throws Exception {
    answer.then().statusCode(200).contentType("application/ocsp-response");
    return new OCSPResp(answer.asByteArray()).getStatus();
  }

  private static BasicOCSPResp basic(Response answer) throws Exception {
    assertThat(status(answer)).isEqualTo(OCSPResp.SUCCESSFUL);
    return (BasicOCSPResp) new OCSPResp(answer.asByteArray()).getResponseObject();
  }

  private static String url(String path) {
    return "http://localhost:" + RestAssured.port + path;
  }
}
