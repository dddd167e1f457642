package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Errors;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An access token as a request shows it, and in which of the two ways.
 *
 * @param scheme {@code Bearer} (RFC 6750 2.1) or {@code DPoP} (RFC 9449 7.1)
 */
record ShownToken(Scheme scheme, String token) {

  /** How it is shown. */
  enum Scheme {
    BEARER,
    DPOP
  }

  private static final Pattern SHOWN =
      Pattern.compile("(Bearer|DPoP) ([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);

  /** The one token of a request; two would let two readers see two callers. */
  static Outcome<ShownToken> of(List<String> authorization) {
    if (authorization.isEmpty()) {
      return refused("token-missing", "no token");
    }
    Matcher shown = SHOWN.matcher(authorization.getFirst());
    if (authorization.size() != 1 || !shown.matches()) {
      return refused(Errors.INVALID_TOKEN, "not one bearer or DPoP token");
    }
    Scheme scheme = Scheme.valueOf(shown.group(1).toUpperCase(Locale.ROOT));
    return Outcome.ok(new ShownToken(scheme, shown.group(2)));
  }

  private static Outcome<ShownToken> refused(String code, String why) {
    return Outcome.refused(new Refusal.Unauthenticated(code, why));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "ShownToken[" + scheme + "]";
  }
}
