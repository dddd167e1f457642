package dev.mayfly.cli.screen;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One thing with all it has: a name and a value a line, what is inside indented. */
public final class Details {

  private static final int LONGEST_NAME = 18;

  /** How the API writes a length of time. */
  private static final Pattern ISO_DURATION =
      Pattern.compile("PT(?=[0-9])([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,9}S)?");

  private Details() {}

  public static void print(Screen screen, Map<String, ?> thing, Instant now) {
    print(screen, thing, now, "");
  }

  private static void print(Screen screen, Map<String, ?> thing, Instant now, String indent) {
    int width =
        Math.min(LONGEST_NAME, thing.keySet().stream().mapToInt(String::length).max().orElse(0));
    for (Map.Entry<String, ?> member : thing.entrySet()) {
      String name = member.getKey().replace('_', ' ');
      Object value = member.getValue();
      if (value == null || value.equals("")) {
        continue;
      }
      String label = indent + screen.dim(String.format("%-" + (width + 2) + "s", name));
      switch (value) {
        case Map<?, ?> inside -> {
          screen.print(label.stripTrailing());
          print(screen, named(inside), now, indent + "  ");
        }
        case List<?> list when list.stream().anyMatch(Map.class::isInstance) -> {
          screen.print(label.stripTrailing());
          list.forEach(one -> screen.print(indent + "  " + Screen.plain(String.valueOf(one))));
        }
        case List<?> list ->
            screen.print(
                label
                    + Screen.plain(String.join(" ", list.stream().map(String::valueOf).toList())));
        default -> screen.print(label + shown(screen, value, now));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> named(Map<?, ?> map) {
    return (Map<String, ?>) map;
  }

  private static String shown(Screen screen, Object value, Instant now) {
    if (value instanceof Double number && number == Math.rint(number)) {
      return Long.toString(number.longValue());
    }
    String text = Screen.plain(value.toString());
    if (ISO_DURATION.matcher(text).matches()) {
      return Times.span(Duration.parse(text));
    }
    try {
      return text + screen.dim("  (" + Times.relative(Instant.parse(text), now) + ")");
    } catch (DateTimeParseException e) {
      return States.paint(screen, text);
    }
  }
}
