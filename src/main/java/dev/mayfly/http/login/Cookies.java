package dev.mayfly.http.login;

import dev.mayfly.MayflyConfig;
import dev.mayfly.key.OpaqueToken;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * The two cookies of a browser: its session, and a login that is under way. No script reads them,
 * and where the broker speaks TLS no other host sets them ({@code __Host-}, RFC 6265bis 4.1.3.2).
 *
 * <p>SameSite is Lax, not Strict: the way back from the provider is another site's.
 */
@ApplicationScoped
class Cookies {

  private static final int LONGEST_SECRET = 128;

  /** Two paths, ten authentication contexts, sealed: browsers keep 4,096 (RFC 6265 6.1). */
  private static final int LONGEST_ATTEMPT = 3000;

  private final boolean secure;
  private final String session;
  private final String attempt;

  Cookies(MayflyConfig mayfly) {
    this.secure = mayfly.issuer().startsWith("https:");
    String prefix = secure ? "__Host-" : "";
    this.session = prefix + "mayfly-session";
    this.attempt = prefix + "mayfly-login";
  }

  Optional<String> session(HttpHeaders request) {
    return value(request, session, LONGEST_SECRET);
  }

  Optional<String> attempt(HttpHeaders request) {
    return value(request, attempt, LONGEST_ATTEMPT);
  }

  /** Lives as long as the browser does; the session itself may end before. */
  NewCookie session(String value) {
    return cookie(session, value).build();
  }

  NewCookie attempt(String value, Duration lasts) {
    return cookie(attempt, value).maxAge((int) lasts.toSeconds()).build();
  }

  NewCookie noSession() {
    return cookie(session, "").maxAge(0).build();
  }

  NewCookie noAttempt() {
    return cookie(attempt, "").maxAge(0).build();
  }

  /** What a form of this session has to show: no other site can know it (CSRF). */
  static String formToken(String sessionCookie) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(OpaqueToken.hash("form " + sessionCookie));
  }

  static boolean isFormToken(String shown, String sessionCookie) {
    return MessageDigest.isEqual(
        shown.getBytes(StandardCharsets.UTF_8),
        formToken(sessionCookie).getBytes(StandardCharsets.UTF_8));
  }

  private NewCookie.Builder cookie(String name, String value) {
    return new NewCookie.Builder(name)
        .value(value)
        .path("/")
        .httpOnly(true)
        .secure(secure)
        .sameSite(NewCookie.SameSite.LAX);
  }

  private static Optional<String> value(HttpHeaders request, String name, int longest) {
    return Optional.ofNullable(request.getCookies().get(name))
        .map(Cookie::getValue)
        .filter(value -> !value.isEmpty() && value.length() <= longest);
  }
}
