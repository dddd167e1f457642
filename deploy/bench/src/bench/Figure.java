package bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One line of the people's table.
 *
 * @param millis p50, p99 and p99.9, or one time alone
 * @param aimMillis what p99, or the one time, should stay under
 */
record Figure(
    String what, String how, double[] millis, String errors, OptionalDouble aimMillis, String cpu) {

  static final List<String> HEAD =
      List.of(
          "what",
          "how",
          "p50 ms",
          "p99 ms",
          "p99.9 ms",
          "errors",
          "aim ms",
          "CPU ms: broker, PostgreSQL");

  static Figure of(String what, String how, Measurement measured, double aimMillis) {
    Load.Seen seen = measured.seen();
    double answered = Math.max(1, seen.tokens());
    return new Figure(
        what,
        how,
        new double[] {at(seen, 50), at(seen, 99), at(seen, 99.9)},
        seen.errors() == 0 ? "0" : seen.errors() + " of " + (seen.errors() + seen.tokens()),
        aimMillis > 0 ? OptionalDouble.of(aimMillis) : OptionalDouble.empty(),
        number("%.2f, ", measured.broker() / answered)
            + number("%.2f", measured.postgres() / answered));
  }

  /** One time instead of many. */
  static Figure once(String what, String how, double millis, double aimMillis) {
    return new Figure(what, how, new double[] {millis}, "", OptionalDouble.of(aimMillis), "");
  }

  List<String> cells() {
    return List.of(what, how, cell(0), cell(1), cell(2), errors, aim(), cpu);
  }

  private String cell(int position) {
    return position < millis.length ? number("%.1f", millis[position]) : "";
  }

  private String aim() {
    if (aimMillis.isEmpty()) {
      return "";
    }
    double judged = millis[Math.min(1, millis.length - 1)];
    return number("%.0f", aimMillis.getAsDouble())
        + (judged < aimMillis.getAsDouble() ? "" : " MISSED");
  }

  private static double at(Load.Seen seen, double percentile) {
    return seen.nanos().getValueAtPercentile(percentile) / 1e6;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
