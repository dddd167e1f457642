package dev.mayfly.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A key and the certificates that its holder shows of it. */
record TlsHolding(KeyPair pair, List<? extends Certificate> chain) {

  TlsHolding(KeyPair pair, Certificate leaf) {
    this(pair, List.of(leaf));
  }

  X509Certificate leaf() {
    return (X509Certificate) chain.getFirst();
  }

  /** A client that shows this certificate, and believes whatever server. */
  HttpClient client() throws Exception {
    return builder().build();
  }

  /** As {@link #client}, from this address of the machine. */
  HttpClient clientAt(String address) throws Exception {
    return builder().localAddress(InetAddress.getByName(address)).build();
  }

  private HttpClient.Builder builder() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", pair.getPrivate(), new char[0], chain.toArray(new Certificate[0]));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {new AnyServer()}, new SecureRandom());
    return HttpClient.newBuilder().sslContext(context);
  }

  /** As a proxy hands the certificate on (RFC 9440 2.1). */
  String header() throws Exception {
    return ":" + Base64.getEncoder().encodeToString(chain.getFirst().getEncoded()) + ":";
  }

  /** As a proxy hands on what stands above it (RFC 9440 2.2). */
  String chainHeader() throws Exception {
    List<String> others = new ArrayList<>();
    for (Certificate one : chain.subList(1, chain.size())) {
      others.add(":" + Base64.getEncoder().encodeToString(one.getEncoded()) + ":");
    }
    return String.join(", ", others);
  }

  static HttpResponse<String> post(
      HttpClient client, URI where, Map<String, String> form, String... headers) throws Exception {
    String body =
        form.entrySet().stream()
            .map(
                one ->
                    one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(where)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What the server shows is not these tests' matter. */
  private static final class AnyServer extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
