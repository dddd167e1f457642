package dev.mayfly.credential.x509;

import dev.mayfly.policy.SpiffeId;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/** What each kind of name may look like: one spelling each, ASCII only, nothing that separates. */
final class NameGrammar {

  private static final int MOST_DNS = 253;
  private static final int MOST_URI = 2_048;
  private static final int MOST_EMAIL = 254;
  private static final int MOST_LOCAL_PART = 64;

  /** RFC 1034 3.5 and RFC 1123 2.1, in lower case; two hyphens in third place mean an A-label. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  /** RFC 5322 3.2.3: a dot-atom; quoted local parts are for nobody's mail any more. */
  private static final Pattern LOCAL_PART =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

  private static final Pattern URI_CHARACTERS =
      Pattern.compile("[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+;=%-]+");

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9a-f:]{2,39}");

  private static final String SPIFFE = "spiffe:";

  private NameGrammar() {}

  static Optional<String> problem(SubjectName.Kind kind, String text) {
    return switch (kind) {
      case DNS -> dns(text, true);
      case IP -> ip(text);
      case URI -> uri(text);
      case EMAIL -> email(text);
    };
  }

  /** A wildcard is a whole first label above at least two more (RFC 6125 6.4.3). */
  private static Optional<String> dns(String text, boolean wildcardToo) {
    if (text.isEmpty() || text.length() > MOST_DNS) {
      return Optional.of("is empty or longer than " + MOST_DNS + " characters");
    }
    boolean wildcard = wildcardToo && text.startsWith("*.");
    String[] labels = (wildcard ? text.substring(2) : text).split("\\.", -1);
    if (wildcard && labels.length < 2) {
      return Optional.of("has a wildcard above less than two labels");
    }
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        return Optional.of("has a label that is empty, too long or not of [a-z0-9-]");
      }
      if (label.startsWith("--", 2) && !isALabel(label)) {
        return Optional.of("has a label with a reserved prefix that is no internationalized name");
      }
    }
    return labels[labels.length - 1].chars().allMatch(NameGrammar::isDigit)
        ? Optional.of("ends in a number, as addresses do")
        : Optional.empty();
  }

  /** RFC 5890 2.3.2.1: it reads as Unicode, and what was read is written as the same label. */
  private static boolean isALabel(String label) {
    if (!label.startsWith("xn--")) {
      return false;
    }
    try {
      String unicode = IDN.toUnicode(label);
      return !unicode.equals(label) && IDN.toASCII(unicode).equals(label);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<String> ip(String text) {
    Optional<String> bad = Optional.of("is no IP address in its one spelling (RFC 5952)");
    if (!ADDRESS.matcher(text).matches()) {
      return bad;
    }
    try {
      return IpText.of(InetAddress.ofLiteral(text).getAddress()).equals(text)
          ? Optional.empty()
          : bad;
    } catch (IllegalArgumentException e) {
      return bad;
    }
  }

  /** RFC 5280 4.2.1.6: absolute, with a scheme and something after it. */
  private static Optional<String> uri(String text) {
    if (text.length() > MOST_URI) {
      return Optional.of("is longer than " + MOST_URI + " characters");
    }
    if (text.startsWith(SPIFFE)) {
      return spiffe(text);
    }
    if (!URI_CHARACTERS.matcher(text).matches()) {
      return Optional.of("is no absolute URI with a lower-case scheme");
    }
    return parses(text) ? Optional.empty() : Optional.of("is no URI with a host and no user");
  }

  private static boolean parses(String text) {
    try {
      URI uri = new URI(text);
      boolean hierarchical = text.startsWith("//", text.indexOf(':') + 1);
      return uri.getRawUserInfo() == null && hierarchical == (uri.getHost() != null);
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static Optional<String> spiffe(String text) {
    int host = "spiffe://".length();
    int path = text.indexOf('/', host);
    if (!text.startsWith("spiffe://") || path < 0) {
      return Optional.of("is no SPIFFE ID with a path");
    }
    String domain = text.substring(host, path);
    return isTrustDomain(domain)
        ? SpiffeId.problem(text, domain)
        : Optional.of("has a trust domain that is empty, too long or not of [a-z0-9._-]");
  }

  private static boolean isTrustDomain(String text) {
    return !text.isEmpty()
        && text.length() <= 255
        && text.chars()
            .allMatch(
                c -> (c >= 'a' && c <= 'z') || isDigit(c) || c == '.' || c == '-' || c == '_');
  }

  private static Optional<String> email(String text) {
    int at = text.lastIndexOf('@');
    if (at < 1 || at > MOST_LOCAL_PART || text.length() > MOST_EMAIL) {
      return Optional.of("is no mail address, or too long");
    }
    return LOCAL_PART.matcher(text.substring(0, at)).matches()
        ? dns(text.substring(at + 1), false)
        : Optional.of("has a local part that is no dot-atom");
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }
}
