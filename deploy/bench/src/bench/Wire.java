package bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is sent to one broker: as bytes prepared for the driver, or at once where nobody measures.
 */
final class Wire implements AutoCloseable {

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";

  private final String issuer;
  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  Wire(String issuer) {
    this.issuer = issuer;
  }

  String issuer() {
    return issuer;
  }

  /** What the broker wants to see in the next proof (RFC 9449 8); good for two to four minutes. */
  String nonce() {
    return at("/v1/info", Map.of("DPoP", "x"), null)
        .headers()
        .firstValue("DPoP-Nonce")
        .orElseThrow();
  }

  /** A form with a proof, without a token. */
  byte[] form(Member member, String path, Map<String, String> fields, String nonce) {
    String proof = "DPoP: " + member.proof("POST", issuer + path, nonce) + "\r\n";
    return request("POST", path, proof, FORM, Forms.of(fields));
  }

  /** A request with the session's token and its proof. */
  byte[] asked(Member member, String method, String path, String json, String nonce) {
    return request(method, path, headers(member, method, path, nonce), JSON, json);
  }

  byte[] asked(String bearer, String path) {
    return request("GET", path, "Authorization: Bearer " + bearer + "\r\n", JSON, "");
  }

  byte[] form(String path, String form) {
    return request("POST", path, "", FORM, form);
  }

  private String headers(Member member, String method, String path, String nonce) {
    String uri = issuer + path.split("\\?", 2)[0];
    return "Authorization: DPoP "
        + member.token()
        + "\r\nDPoP: "
        + member.proofWithToken(method, uri, nonce)
        + "\r\n";
  }

  private byte[] request(String method, String path, String headers, String type, String body) {
    String request =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: "
            + URI.create(issuer).getAuthority()
            + "\r\nAccept: application/json\r\n"
            + headers
            + (method.equals("GET")
                ? "\r\n"
                : "Content-Type: "
                    + type
                    + "\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body);
    return request.getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends at once; {@code form} null for a GET. */
  HttpResponse<String> at(String path, Map<String, String> headers, Map<String, String> form) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(issuer + path));
    headers.forEach(request::header);
    if (form != null) {
      request
          .header("Content-Type", FORM)
          .POST(HttpRequest.BodyPublishers.ofString(Forms.of(form)));
    }
    return send(request.build());
  }

  /** Sends JSON at once with the member's token. */
  HttpResponse<String> post(Member member, String path, String json) {
    return send(
        HttpRequest.newBuilder(URI.create(issuer + path))
            .header("Content-Type", JSON)
            .header("Authorization", "DPoP " + member.token())
            .header("DPoP", member.proofWithToken("POST", issuer + path, nonce()))
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(request.uri() + " did not answer", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The value of a member that holds text. */
  static String text(String json, String member) {
    Matcher found = Pattern.compile("\"" + member + "\"\\s*:\\s*\"([^\"]+)\"").matcher(json);
    if (!found.find()) {
      throw new IllegalStateException("no " + member + " in " + json);
    }
    return found.group(1);
  }

  @Override
  public void close() {
    http.close();
  }
}
