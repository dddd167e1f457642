package dev.mayfly.cli.screen;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintStream;
import java.util.Map;

/**
 * The two streams a command writes to. Results go to standard output, what only a person wants to
 * know goes to standard error, so that {@code TOKEN=$(mayfly token ...)} is the token alone.
 */
public final class Screen {

  private static final String RESET = "\u001b[0m";
  private static final String CLEAR = "\r\u001b[2K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private final int width;

  /** {@code width}: the terminal's columns; 0 where nothing has to fit. */
  public Screen(PrintStream out, PrintStream err, boolean colour, int width) {
    this.out = out;
    this.err = err;
    this.colour = colour;
    this.width = width;
  }

  /** What fits into the line after so many columns; a cut is shown. */
  String fitting(String text, int after) {
    int room = Math.max(1, width - after);
    return width == 0 || text.length() <= room ? text : text.substring(0, room - 1) + "\u2026";
  }

  public boolean colour() {
    return colour;
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  /** A line of the result. */
  public void print(String line) {
    out.println(line);
    out.flush();
  }

  /** A line about the result. */
  public void note(String line) {
    err.println(line);
    err.flush();
  }

  /** A line that the next one takes the place of, where a person watches. */
  public void status(String line) {
    if (width > 0) {
      err.print(CLEAR + fitting(line, 0));
      err.flush();
    }
  }

  /** Takes the last status away. */
  public void clearStatus() {
    if (width > 0) {
      err.print(CLEAR);
      err.flush();
    }
  }

  /** A question, on whose line the answer is typed. */
  public void ask(String question) {
    err.print(question);
    err.flush();
  }

  /** The result for a program: one JSON object on one line. */
  public void json(Map<String, ?> value) {
    print(JSONObjectUtils.toJSONString(value));
  }

  public String good(String text) {
    return paint("\u001b[32m", text);
  }

  public String bad(String text) {
    return paint("\u001b[31m", text);
  }

  public String warn(String text) {
    return paint("\u001b[33m", text);
  }

  public String dim(String text) {
    return paint("\u001b[2m", text);
  }

  public String bold(String text) {
    return paint("\u001b[1m", text);
  }

  private String paint(String code, String text) {
    return colour && !text.isEmpty() ? code + text + RESET : text;
  }

  /**
   * Text from elsewhere, made safe to show: control characters could move the cursor or recolour
   * what the reader believes.
   */
  public static String plain(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c ->
                Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                    ? '\uFFFD'
                    : c)
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }
}
