package bench;

import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Logs somebody in as they would do it: in the browser at the provider (code flow), then on their
 * terminal by a code that they confirm in that browser (RFC 8628).
 */
final class Browser {

  private static final Pattern FORM_TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");
  private static final String CLIENT = "mayfly-cli";

  private final Wire wire;
  private final Provider provider;
  private final Map<String, String> cookies = new HashMap<>();

  private Browser(Wire wire, Provider provider) {
    this.wire = wire;
    this.provider = provider;
  }

  static void logIn(Member member, Wire wire, Provider provider) {
    Browser browser = new Browser(wire, provider);
    browser.atProvider(member);
    browser.onTerminal(member);
  }

  private void atProvider(Member member) {
    URI away = URI.create(send("/login", null, 303).headers().firstValue("Location").orElseThrow());
    Map<String, String> asked = Forms.parse(away.getRawQuery());
    send(
        "/login/callback?"
            + Forms.of(
                Map.of(
                    "state", asked.get("state"),
                    "code", provider.code(member.number(), asked),
                    "iss", provider.issuer())),
        null,
        303);
  }

  private void onTerminal(Member member) {
    String begun = terminal(member, "/oauth/device_authorization", Map.of("client_id", CLIENT));
    Matcher form = FORM_TOKEN.matcher(send("/login/device", null, 200).body());
    if (!form.find()) {
      throw new IllegalStateException("no form to enter a code");
    }
    send(
        "/login/device/decision",
        Map.of(
            "token", form.group(1),
            "user_code", Wire.text(begun, "user_code"),
            "decision", "confirm"),
        200);
    String tokens =
        terminal(
            member,
            "/oauth/token",
            Map.of(
                "client_id",
                CLIENT,
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
                "device_code",
                Wire.text(begun, "device_code")));
    member.holds(Wire.text(tokens, "access_token"));
  }

  private String terminal(Member member, String path, Map<String, String> form) {
    String proof = member.proof("POST", wire.issuer() + path, wire.nonce());
    return expect(wire.at(path, Map.of("DPoP", proof), form), 200).body();
  }

  private HttpResponse<String> send(String path, Map<String, String> form, int status) {
    Map<String, String> headers =
        cookies.isEmpty()
            ? Map.of()
            : Map.of(
                "Cookie",
                cookies.entrySet().stream()
                    .map(one -> one.getKey() + "=" + one.getValue())
                    .collect(Collectors.joining("; ")));
    HttpResponse<String> answer = expect(wire.at(path, headers, form), status);
    for (String set : answer.headers().allValues("Set-Cookie")) {
      HttpCookie cookie = HttpCookie.parse(set).getFirst();
      cookies.put(cookie.getName(), cookie.getValue());
    }
    return answer;
  }

  private static HttpResponse<String> expect(HttpResponse<String> answer, int status) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
    }
    return answer;
  }
}
