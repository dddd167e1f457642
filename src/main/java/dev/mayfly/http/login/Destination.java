package dev.mayfly.http.login;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser goes after its login: a path of ours and nothing else, so that no link makes the
 * login lead elsewhere.
 */
final class Destination {

  static final String HOME = "/login";

  private static final Pattern OURS =
      Pattern.compile("/[A-Za-z0-9][A-Za-z0-9/_-]{0,199}(\\?[A-Za-z0-9=&_.-]{0,300})?");

  private Destination() {}

  static String of(@Nullable String next) {
    return Optional.ofNullable(next).filter(path -> OURS.matcher(path).matches()).orElse(HOME);
  }
}
