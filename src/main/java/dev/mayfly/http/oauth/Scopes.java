package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a {@code scope} parameter (RFC 6749 3.3): tokens of visible ASCII, one space between. */
final class Scopes {

  private static final Pattern LIST =
      Pattern.compile("[!#-\\[\\]-~]{1,256}(?: [!#-\\[\\]-~]{1,256}){0,63}");

  private Scopes() {}

  static Outcome<Set<String>> parse(String text) {
    return LIST.matcher(text).matches()
        ? Outcome.ok(new LinkedHashSet<>(java.util.List.of(text.split(" ", -1))))
        : Outcome.refused(new Refusal.BadScope("malformed-scope", "scope is not a list of tokens"));
  }
}
