package dev.mayfly.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims of a signed assertion, read by the types RFC 7519 gives them: a claim of another type
 * is as good as none. JSON nulls are gone, and {@code exp}, {@code nbf} and {@code iat} are known
 * to be times where present.
 */
record Claims(Map<String, Object> all) {

  Optional<String> text(String name) {
    return all.get(name) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  /** A fraction of a second is dropped: of {@code exp} that ends the assertion earlier. */
  Optional<Instant> time(String name) {
    return all.get(name) instanceof Number seconds
        ? Optional.of(Instant.ofEpochSecond(seconds.longValue()))
        : Optional.empty();
  }

  /**
   * The one audience: a string, or an array of exactly one (RFC 7523bis). Any second one may be
   * somebody who could show the assertion in its subject's name.
   */
  Optional<String> onlyAudience() {
    return switch (all.get("aud")) {
      case String text -> Optional.of(text);
      case List<?> list when list.size() == 1 && list.getFirst() instanceof String text ->
          Optional.of(text);
      case null, default -> Optional.empty();
    };
  }
}
