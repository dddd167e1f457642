package dev.mayfly.grant.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mayfly.StrictJson;
import dev.mayfly.outbound.Post;
import dev.mayfly.policy.Fact;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a check answered: 200 with {@code {"holds": true|false}}, and nothing else. */
final class Reply {

  /** Bytes. */
  static final int LONGEST = 4096;

  /** Characters of {@code why}: it is a line in a list, a mail and an audit event. */
  private static final int LONGEST_WHY = 200;

  private static final int OK = 200;

  private Reply() {}

  static Fact read(Post.Answer answer) {
    if (answer.status() != OK) {
      return Fact.failed("it answered " + answer.status());
    }
    try {
      Map<String, Object> said = StrictJson.object(answer.body().getBytes());
      return fact(said.get("holds"), said.get("why"));
    } catch (JsonProcessingException e) {
      return notUnderstood(); // the exception may quote what was said
    }
  }

  private static Fact fact(@Nullable Object holds, @Nullable Object why) {
    if (!(holds instanceof Boolean yes) || !(why == null || why instanceof String)) {
      return notUnderstood();
    }
    String line = why instanceof String text ? line(text) : "";
    if (yes) {
      return Fact.met(line);
    }
    return Fact.notMet(line.isEmpty() ? "the answer was no" : line);
  }

  /** Somebody else's text on somebody's screen: one line, nothing that steers it, not long. */
  private static String line(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(LONGEST_WHY)
        .map(one -> isPlain(one) ? one : ' ')
        .forEach(line::appendCodePoint);
    return line.toString().strip();
  }

  private static boolean isPlain(int one) {
    return switch (Character.getType(one)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static Fact notUnderstood() {
    return Fact.failed("its answer was not {\"holds\": true|false}");
  }
}
