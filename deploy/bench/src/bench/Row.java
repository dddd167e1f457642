package bench;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** One line of the table. */
record Row(
    String broker,
    String mode,
    Load.Seen seen,
    double brokerMillisPerToken,
    double postgresMillisPerToken,
    double driverMillisPerToken,
    double othersPercent,
    long residentKilobytes,
    long peakKilobytes,
    double readySeconds) {

  static final List<String> HEAD =
      List.of(
          "broker",
          "mode",
          "tokens/s",
          "p50 ms",
          "p99 ms",
          "p99.9 ms",
          "errors",
          "broker CPU ms/token",
          "PostgreSQL CPU ms/token",
          "driver CPU ms/token",
          "resident MB (peak)",
          "ready s",
          "others' CPU %");

  double tokensPerSecond() {
    return seen.tokens() / seen.seconds();
  }

  List<String> cells() {
    return List.of(
        broker,
        mode,
        number("%.0f", tokensPerSecond()),
        percentile(50),
        percentile(99),
        percentile(99.9),
        Long.toString(seen.errors()),
        number("%.3f", brokerMillisPerToken),
        number("%.3f", postgresMillisPerToken),
        number("%.3f", driverMillisPerToken),
        residentKilobytes / 1024 + " (" + peakKilobytes / 1024 + ")",
        number("%.1f", readySeconds),
        number("%.0f", othersPercent));
  }

  private String percentile(double percentile) {
    Histogram nanos = seen.nanos();
    return number("%.1f", nanos.getValueAtPercentile(percentile) / 1e6);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
