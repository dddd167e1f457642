package bench;

import java.io.IOException;

/** What a phase of load cost: who used how much CPU between its start and its end. */
record Measurement(
    Load.Seen seen, long broker, long postgres, long driver, long machine, long peakResident) {

  /** A phase of load. */
  interface Phase {
    Load.Seen run() throws IOException;
  }

  static Measurement of(Phase phase, long brokerPid, Postgres postgres) throws IOException {
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
        Proc.residentKilobytes(brokerPid));
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
