package bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The broker under measurement with all that belongs to it, and the table that grows. */
final class Site {

  private final PeopleOptions options;
  private final Postgres postgres;
  private final MayflyProcess process;
  private final long brokerPid;
  private final Wire wire;
  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();

  Site(
      PeopleOptions options,
      Postgres postgres,
      MayflyProcess process,
      long brokerPid,
      Wire wire,
      PrintStream out) {
    this.options = options;
    this.postgres = postgres;
    this.process = process;
    this.brokerPid = brokerPid;
    this.wire = wire;
    this.out = out;
  }

  PeopleOptions options() {
    return options;
  }

  Postgres postgres() {
    return postgres;
  }

  Wire wire() {
    return wire;
  }

  Load load(byte[][] requests, int steps, Load.Judge judge) throws IOException {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", process.port());
    return new Load(address, options.connections(), requests, steps, judge);
  }

  Measurement measure(Measurement.Phase phase) throws IOException {
    return Measurement.of(phase, brokerPid, postgres);
  }

  void add(Figure figure) {
    figures.add(figure);
    out.println("  " + String.join(" | ", figure.cells()));
  }

  void say(String what) {
    out.println("  " + what);
  }

  void say(String phase, Load.Seen seen) {
    out.printf(
        "  %s: %d answered in %.1f s, %d errors, load average %s%n",
        phase, seen.tokens(), seen.seconds(), seen.errors(), Proc.loadAverage());
    if (!seen.firstError().isEmpty()) {
      out.println("  first error: " + seen.firstError().replaceAll("\\s+", " "));
    }
  }

  String table() {
    return Table.of(Figure.HEAD, figures.stream().map(Figure::cells).toList());
  }
}
