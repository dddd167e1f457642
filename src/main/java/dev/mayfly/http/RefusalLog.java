package dev.mayfly.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes refusals to the log, of each code only so many in a time: a stranger decides how often a
 * request is refused, and must not decide how fast the disk fills. What was left out is counted.
 */
final class RefusalLog {

  /** Of one code in one {@link #WINDOW}; enough to see who and why. */
  static final int LINES = 20;

  private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanos;
  private final Consumer<String> lines;

  /** By code: ours are constants, so there are few. */
  private final Map<String, Window> windows = new ConcurrentHashMap<>();

  RefusalLog(LongSupplier nanos, Consumer<String> lines) {
    this.nanos = nanos;
    this.lines = lines;
  }

  void write(String code, String why) {
    Window window = windows.computeIfAbsent(code, fresh -> new Window(nanos.getAsLong()));
    Window.Place place = window.take(nanos.getAsLong());
    if (place.leftOut() > 0) {
      lines.accept(
          "refused: %s: %d more of these were not written".formatted(code, place.leftOut()));
    }
    if (place.isGiven()) {
      lines.accept("refused: %s: %s".formatted(code, why));
    }
  }

  /** What one code has written of late. */
  private static final class Window {

    private long since;
    private int asked;

    Window(long since) {
      this.since = since;
    }

    /**
     * @param isGiven whether to write this one
     * @param leftOut how many of the window before were not written
     */
    record Place(boolean isGiven, int leftOut) {}

    synchronized Place take(long now) {
      int leftOut = 0;
      if (now - since >= WINDOW) {
        leftOut = Math.max(0, asked - LINES);
        since = now;
        asked = 0;
      }
      asked++;
      return new Place(asked <= LINES, leftOut);
    }
  }
}
