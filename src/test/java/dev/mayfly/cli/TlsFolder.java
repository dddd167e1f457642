package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.cli.broker.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What {@code mayfly certificate x509} wrote into a folder, and the lists that it names. */
record TlsFolder(Path folder, String id) {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";

  /** Asks as one of the shop's workloads. */
  static TlsFolder of(CommandRun mayfly, Path folder, String who, String role) {
    String[] ask = {
      "certificate",
      "x509",
      "-k",
      "keys-dev/" + who + ".jwk.json",
      "--role",
      role,
      "--out",
      folder.toString(),
      "--json"
    };
    assertThat(mayfly.run(ask)).as(mayfly.err()).isZero();
    return new TlsFolder(folder, Json.parse(mayfly.out()).orElseThrow().show("id"));
  }

  Path certificate() {
    return folder.resolve("certificate.pem");
  }

  Path key() {
    return folder.resolve("key.pem");
  }

  Path trust() {
    return folder.resolve("trust.pem");
  }

  /** What stands between the leaf and the root, alone. */
  Path between() throws IOException {
    String all = Files.readString(certificate());
    String mark = "-----BEGIN";
    return Files.writeString(
        folder.resolve("between.pem"), all.substring(all.indexOf(mark, mark.length())));
  }

  /** The leaf, and what stands between it and the root. */
  List<X509Certificate> chain() throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    try (var in = Files.newInputStream(certificate())) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .forEach(one -> chain.add((X509Certificate) one));
    }
    return chain;
  }

  /** Until the list that is served names the leaf. */
  void awaitRevoked() throws IOException, GeneralSecurityException {
    X509Certificate leaf = chain().getFirst();
    for (int tries = 0; tries < 100; tries++) {
      X509CRL list =
          (X509CRL)
              CertificateFactory.getInstance("X.509")
                  .generateCRL(new ByteArrayInputStream(served(leaf)));
      if (list.getRevokedCertificate(leaf.getSerialNumber()) != null) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    throw new AssertionError("the list never says so");
  }

  private static byte[] served(X509Certificate certificate) throws IOException {
    // The only URI in the extension: as text it stands in the bytes.
    String bytes =
        new String(
            certificate.getExtensionValue(CRL_DISTRIBUTION_POINTS), StandardCharsets.ISO_8859_1);
    URI uri = URI.create(bytes.substring(bytes.indexOf("http")));
    try {
      HttpResponse<byte[]> answer =
          HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).as(uri.toString()).isEqualTo(200);
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
