package dev.mayfly.policy;

import java.util.Optional;
import java.util.regex.Pattern;

/** The grammar of SPIFFE IDs (SPIFFE ID 2): one place that says what a name may look like. */
public final class SpiffeId {

  private static final String SCHEME = "spiffe://";
  private static final int MAX_LENGTH = 2_048;
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
  private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]+");

  private SpiffeId() {}

  /** Why the text is no name of a workload in this trust domain; empty when it is one. */
  public static Optional<String> problem(String text, String trustDomain) {
    if (text.length() > MAX_LENGTH) {
      return Optional.of("is longer than " + MAX_LENGTH + " characters");
    }
    if (!text.startsWith(SCHEME)) {
      return Optional.of("does not start with " + SCHEME);
    }
    if (!text.startsWith(SCHEME + trustDomain + "/")) {
      return Optional.of("is not a path in the trust domain " + trustDomain);
    }
    String path = text.substring(SCHEME.length() + trustDomain.length() + 1);
    for (String segment : path.split("/", -1)) {
      if (!isSegment(segment)) {
        return Optional.of("has a path segment that is empty, relative or not of [a-zA-Z0-9._-]");
      }
    }
    return Optional.empty();
  }

  /** Whether the text is a SPIFFE ID with a path, in any trust domain. */
  public static boolean isWellFormed(String text) {
    String domain = trustDomainOf(text);
    return isTrustDomain(domain) && problem(text, domain).isEmpty();
  }

  /** The trust domain as the text has it; empty when it has none. */
  public static String trustDomainOf(String text) {
    int end = text.indexOf('/', SCHEME.length());
    return text.startsWith(SCHEME) && end > 0 ? text.substring(SCHEME.length(), end) : "";
  }

  /** One path segment: never empty, never relative, no separator, no escape. */
  public static boolean isSegment(String text) {
    return SEGMENT.matcher(text).matches() && !text.equals(".") && !text.equals("..");
  }

  static boolean isTrustDomain(String text) {
    return TRUST_DOMAIN.matcher(text).matches();
  }
}
