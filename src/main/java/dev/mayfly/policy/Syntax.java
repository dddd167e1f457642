package dev.mayfly.policy;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;

/** The small syntaxes of the document's values; {@code policy-schema.json} says the same. */
final class Syntax {

  static final String NAME_SHOULD = "a name is lower-case letters, digits and inner hyphens";
  static final String WORD_SHOULD =
      "a name in a condition is lower-case letters, digits and underscores, a letter first";
  static final String GROUP_PREFIX_SHOULD =
      "a prefix of groups is letters, digits, '-', '_' and '.', and ends with ':' or '/'";
  static final String DURATION_SHOULD = "a length of time: 90s, 15m, 1h, 365d or ISO 8601";
  static final String DATE_SHOULD = "a date: 2030-12-31";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]{0,39}");

  /** Only its last character ends it: of two that differ neither begins the other. */
  private static final Pattern GROUP_PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,40}[:/]");

  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  /** RFC 6749 3.3: printable ASCII without space, quotation mark and backslash. */
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,100}");

  private static final int MAX_URI = 500;

  private Syntax() {}

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static boolean isGroupPrefix(String text) {
    return GROUP_PREFIX.matcher(text).matches();
  }

  /** What CEL can say after a dot. */
  static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  static boolean isScope(String text) {
    return SCOPE.matcher(text).matches();
  }

  /** What RFC 8707 2 lets somebody ask for, or the literal for Mayfly's own API. */
  static boolean isAudience(String text) {
    return text.equals(Role.BROKER) || isAbsoluteUri(text);
  }

  static boolean isAbsoluteUri(String text) {
    return text.length() <= MAX_URI && Decision.isResource(text);
  }

  static Optional<URI> httpUri(String text) {
    try {
      URI uri = new URI(text);
      boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      return http && uri.getHost() != null && isAbsoluteUri(text) && uri.getRawUserInfo() == null
          ? Optional.of(uri)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The start of the day in UTC. */
  static Optional<Instant> date(String text) {
    if (!DATE.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
