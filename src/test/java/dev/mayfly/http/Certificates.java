package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;

/** Certificates and CRLs out of the broker's answers, read by the JDK. */
final class Certificates {

  private Certificates() {}

  /** The first certificate of the answer. */
  static X509Certificate leaf(Response answer) throws CertificateException {
    String pem = answer.path("certificate");
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  static X509CRL crl(byte[] der) throws CertificateException, CRLException {
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
  }

  /** The list that the certificate names, as it is served now. */
  static X509CRL crlOf(Response answer) throws CertificateException, CRLException {
    return crl(given().get(listOf(leaf(answer))).then().statusCode(200).extract().asByteArray());
  }

  /** The path of the list that the certificate names: the only URI of the extension. */
  static String listOf(X509Certificate leaf) {
    String bytes = new String(leaf.getExtensionValue("2.5.29.31"), StandardCharsets.ISO_8859_1);
    String uri = bytes.substring(bytes.indexOf("http"));
    assertThat(uri).startsWith(Shop.ISSUER);
    return uri.substring(Shop.ISSUER.length());
  }
}
