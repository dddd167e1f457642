package dev.mayfly.policy;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name that a role's certificates hold, written {@code dns:orders.shop.example}; all but an
 * address may have places for claims. A value fills one label of a host name, never several.
 */
public final class CertificateName {

  /** RFC 5890 2.3.1, lower case: no wildcard, no trailing dot, no look-alike. */
  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*"
              + "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9a-f:]{2,39}");
  private static final Pattern LOCAL_PART = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

  private static final String SAMPLE = "x";

  private final Type type;
  private final ClaimTemplate template;

  private CertificateName(Type type, ClaimTemplate template) {
    this.type = type;
    this.template = template;
  }

  /** The types of names (RFC 5280 4.2.1.6), as the ledger writes them. */
  public enum Type {
    DNS,
    IP,
    EMAIL,
    URI
  }

  /** The name, or empty when the text is none. */
  static Optional<CertificateName> parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String rest = text.substring(colon + 1);
    return switch (text.substring(0, colon)) {
      case "dns" -> of(Type.DNS, rest, LABEL);
      case "ip" -> of(Type.IP, rest, LABEL);
      case "email" -> of(Type.EMAIL, rest, LOCAL_PART);
      case "uri" -> of(Type.URI, rest, ClaimTemplate.SEGMENT);
      default -> Optional.empty();
    };
  }

  private static Optional<CertificateName> of(Type type, String text, Pattern value) {
    ClaimTemplate template = ClaimTemplate.parse(text, value);
    boolean templated = !template.claims().isEmpty();
    return isOf(type, template.with(SAMPLE)) && !(type == Type.IP && templated)
        ? Optional.of(new CertificateName(type, template))
        : Optional.empty();
  }

  private static boolean isOf(Type type, String text) {
    return switch (type) {
      case DNS -> HOST.matcher(text).matches();
      case IP -> IPV4.matcher(text).matches() || isIpv6(text);
      case EMAIL -> {
        int at = text.indexOf('@');
        yield at > 0
            && LOCAL_PART.matcher(text.substring(0, at)).matches()
            && HOST.matcher(text.substring(at + 1)).matches();
      }
      // A SPIFFE ID is given by the profile svid, to who has it.
      case URI -> Syntax.isAbsoluteUri(text) && !text.startsWith("spiffe:");
    };
  }

  /** Literal by its characters, so that nothing is looked up. */
  private static boolean isIpv6(String text) {
    if (!IPV6.matcher(text).matches()) {
      return false;
    }
    try {
      return java.net.InetAddress.ofLiteral(text).getAddress().length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** With its type before it, e.g. {@code DNS:orders.shop.example}. */
  Optional<String> fill(Map<String, Object> claims) {
    return template
        .fill(claims)
        .filter(filled -> isOf(type, filled))
        .map(filled -> type.name() + ":" + filled);
  }
}
