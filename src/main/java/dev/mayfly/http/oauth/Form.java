package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one reader of {@code application/x-www-form-urlencoded} bodies, strict where a lenient one
 * would let two parties read the same request differently: nothing malformed is repaired, and a
 * parameter that comes twice is refused (RFC 6749 3.2), except {@code resource} (RFC 8707 2).
 */
public final class Form {

  /** Far above any real request: an assertion is about 1 KiB. */
  static final int MAX_BYTES = 64 * 1024;

  private static final int MAX_PARAMETERS = 64;
  private static final String REPEATABLE = "resource";

  private final Map<String, List<String>> values;

  private Form(Map<String, List<String>> values) {
    this.values = values;
  }

  /** The same parameters out of a JSON object, each once. */
  public static Form of(Map<String, String> members) {
    Map<String, List<String>> values = new HashMap<>();
    members.forEach((name, value) -> values.put(name, List.of(value)));
    return new Form(values);
  }

  /** Reads a whole body. Refuses with {@code malformed-form} or {@code repeated-parameter}. */
  public static Outcome<Form> parse(byte[] body) {
    if (body.length > MAX_BYTES) {
      return malformed("the form is too large");
    }
    Map<String, List<String>> values = new HashMap<>();
    int parameters = 0;
    int start = 0;
    while (start < body.length) {
      int end = indexOf(body, '&', start, body.length);
      if (++parameters > MAX_PARAMETERS) {
        return malformed("the form has too many parameters");
      }
      int equals = indexOf(body, '=', start, end);
      Optional<String> name = decode(body, start, equals);
      Optional<String> value = decode(body, Math.min(equals + 1, end), end);
      if (name.isEmpty() || value.isEmpty() || name.get().isEmpty()) {
        return malformed("the form is not well-formed application/x-www-form-urlencoded UTF-8");
      }
      List<String> sofar = values.computeIfAbsent(name.get(), unused -> new ArrayList<>(1));
      if (!sofar.isEmpty() && !name.get().equals(REPEATABLE)) {
        return Outcome.refused(
            new Refusal.Malformed("repeated-parameter", "a parameter is repeated"));
      }
      sofar.add(value.get());
      start = end + 1;
    }
    return Outcome.ok(new Form(values));
  }

  /** The parameter's value; one sent without a value counts as omitted (RFC 6749 3.2). */
  public Optional<String> one(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  /** As {@link #one}, refused with {@code missing-parameter} when it is not there. */
  public Outcome<String> required(String name) {
    return one(name)
        .map(Outcome::ok)
        .orElseGet(
            () ->
                Outcome.refused(new Refusal.Malformed("missing-parameter", name + " is required")));
  }

  /** Every value of a repeatable parameter, in order. */
  public List<String> all(String name) {
    return values.getOrDefault(name, List.of()).stream().filter(v -> !v.isEmpty()).toList();
  }

  private static Outcome<Form> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-form", say));
  }

  private static int indexOf(byte[] body, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (body[i] == wanted) {
        return i;
      }
    }
    return to;
  }

  /** Empty when the bytes are not what a conforming serializer could have written. */
  private static Optional<String> decode(byte[] body, int from, int to) {
    byte[] plain = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      int c = body[i];
      if (c == '%') {
        if (i + 2 >= to
            || !HexFormat.isHexDigit(body[i + 1])
            || !HexFormat.isHexDigit(body[i + 2])) {
          return Optional.empty();
        }
        c = HexFormat.fromHexDigit(body[i + 1]) << 4 | HexFormat.fromHexDigit(body[i + 2]);
        i += 2;
      } else if (c == '+') {
        c = ' ';
      } else if (c <= ' ' || c == 0x7F) {
        // Raw controls, blanks and non-ASCII (negative as a byte) are always escaped by a
        // serializer.
        return Optional.empty();
      }
      plain[length++] = (byte) c;
    }
    return text(plain, length);
  }

  /** Strict UTF-8 without control characters (RFC 6749 appendix A allows none in any parameter). */
  private static Optional<String> text(byte[] bytes, int length) {
    if (isVisibleAscii(bytes, length)) {
      return Optional.of(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
      return text.chars().anyMatch(Character::isISOControl) ? Optional.empty() : Optional.of(text);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** True of nearly every parameter, and then nothing is left to check or to decode. */
  private static boolean isVisibleAscii(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] < ' ' || bytes[i] == 0x7F) {
        return false;
      }
    }
    return true;
  }
}
