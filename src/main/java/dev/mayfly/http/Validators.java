package dev.mayfly.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares what a cache holds with what stands here (RFC 9110 13.1.2). */
public final class Validators {

  private static final String WEAK = "W/";

  private Validators() {}

  /** Whether {@code If-None-Match} names this strong, quoted entity tag; compares weakly. */
  public static boolean matches(@Nullable String ifNoneMatch, String etag) {
    if (ifNoneMatch == null) {
      return false;
    }
    if (ifNoneMatch.strip().equals("*")) {
      return true;
    }
    // A tag may hold a comma; ours hold none, and what is not ours need not match.
    for (String candidate : ifNoneMatch.split(",", -1)) {
      if (strong(candidate.strip()).equals(etag)) {
        return true;
      }
    }
    return false;
  }

  /** The only tag in the header, without a weakness mark; empty for none, several or {@code *}. */
  public static Optional<String> single(@Nullable String ifNoneMatch) {
    return Optional.ofNullable(ifNoneMatch)
        .map(header -> strong(header.strip()))
        .filter(
            tag ->
                tag.length() > 2
                    && tag.startsWith("\"")
                    && tag.indexOf('"', 1) == tag.length() - 1);
  }

  private static String strong(String tag) {
    return tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
  }
}
