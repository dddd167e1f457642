package dev.mayfly.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The address of a request in the one form in which two spellings of it are equal (RFC 3986 6.2.2,
 * 6.2.3), without query and fragment (RFC 9449 4.3, item 9).
 */
final class HttpTarget {

  private HttpTarget() {}

  /** Empty for what is no address of HTTP. */
  static Optional<String> normalized(String text) {
    try {
      URI uri = new URI(unescaped(text)).normalize();
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean isHttp = scheme.equals("https") || scheme.equals("http");
      if (!isHttp || uri.getHost() == null || uri.getRawUserInfo() != null) {
        return Optional.empty();
      }
      String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return Optional.of(
          scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port(uri, scheme) + path);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static String port(URI uri, String scheme) {
    int usual = scheme.equals("https") ? 443 : 80;
    return uri.getPort() == -1 || uri.getPort() == usual ? "" : ":" + uri.getPort();
  }

  /** RFC 3986 6.2.2.2: what needs no escape has none; RFC 3986 6.2.2.1: hex digits are capitals. */
  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean escape =
          c == '%'
              && i + 2 < text.length()
              && HexFormat.isHexDigit(text.charAt(i + 1))
              && HexFormat.isHexDigit(text.charAt(i + 2));
      if (!escape) {
        plain.append(c);
        continue;
      }
      char meant = (char) HexFormat.fromHexDigits(text, i + 1, i + 3);
      if (isUnreserved(meant)) {
        plain.append(meant);
      } else {
        plain.append(text.substring(i, i + 3).toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return plain.toString();
  }

  /** RFC 3986 2.3. */
  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }
}
