package bench;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a phase of load cost: who used how much CPU between its start and its end. */
record Measurement(
    Load.Seen seen,
    long broker,
    long postgres,
    long driver,
    long machine,
    long peakResident,
    Map<String, Long> threads) {

  /** A phase of load. */
  interface Phase {
    Load.Seen run() throws IOException;
  }

  static Measurement of(Phase phase, long brokerPid, Postgres postgres) throws IOException {
    Map<String, Long> threadsBefore = Proc.threadMillis(brokerPid);
    long brokerBefore = Proc.cpuMillis(brokerPid);
    long postgresBefore = postgres.cpuMillis();
    long driverBefore = Proc.cpuMillis(ProcessHandle.current().pid());
    long machineBefore = Proc.machineBusyMillis();
    Load.Seen seen = phase.run();
    return new Measurement(
        seen,
        Proc.cpuMillis(brokerPid) - brokerBefore,
        postgres.cpuMillis() - postgresBefore,
        Proc.cpuMillis(ProcessHandle.current().pid()) - driverBefore,
        Proc.machineBusyMillis() - machineBefore,
        Proc.residentKilobytes(brokerPid),
        difference(Proc.threadMillis(brokerPid), threadsBefore));
  }

  private static Map<String, Long> difference(Map<String, Long> after, Map<String, Long> before) {
    Map<String, Long> difference = new TreeMap<>();
    after.forEach((name, millis) -> difference.put(name, millis - before.getOrDefault(name, 0L)));
    return difference;
  }

  /** The threads that used CPU, most first, in microseconds a token. */
  String byThread() {
    return threads.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(8)
        .map(e -> e.getKey() + " " + Math.round(1000.0 * e.getValue() / Math.max(1, seen.tokens())))
        .collect(Collectors.joining(", "));
  }

  Row row(String broker, String mode, long pid, double readySeconds) {
    double tokens = Math.max(1, seen.tokens());
    double window = seen.seconds() * 1000 * Runtime.getRuntime().availableProcessors();
    double others = Math.max(0, machine - this.broker - postgres - driver);
    return new Row(
        broker,
        mode,
        seen,
        this.broker / tokens,
        postgres / tokens,
        driver / tokens,
        100 * others / window,
        peakResident,
        Proc.peakKilobytes(pid),
        readySeconds);
  }
}
