package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel knows of processes: CPU time used and memory resident, from {@code /proc}. */
final class Proc {

  /** USER_HZ is 100 on every Linux that Java runs on: one tick is 10 ms. */
  private static final long TICK_MILLIS = 10;

  private Proc() {}

  /** User and system time of one process, all its threads. */
  static long cpuMillis(long pid) {
    String[] fields = statFields(Path.of("/proc/" + pid + "/stat"));
    return fields.length == 0 ? 0 : ticks(fields, 11, 12) * TICK_MILLIS;
  }

  /** User and system time of a process, its living children, and those it has waited for. */
  static long cpuMillisWithChildren(long pid) {
    String[] own = statFields(Path.of("/proc/" + pid + "/stat"));
    long ticks = own.length == 0 ? 0 : ticks(own, 11, 12, 13, 14);
    List<Long> children =
        ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::children)
            .map(ProcessHandle::pid)
            .toList();
    return ticks * TICK_MILLIS + children.stream().mapToLong(Proc::cpuMillis).sum();
  }

  /** CPU time by name of thread, numbers in names left out; the largest says where a token goes. */
  static Map<String, Long> threadMillis(long pid) {
    Map<String, Long> millis = new TreeMap<>();
    try (var tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks.toList()) {
        String[] fields = statFields(task.resolve("stat"));
        List<String> name = lines(task.resolve("comm"));
        if (fields.length > 0 && !name.isEmpty()) {
          String group = name.getFirst().replaceAll("[0-9]+", "").strip();
          millis.merge(group, ticks(fields, 11, 12) * TICK_MILLIS, Long::sum);
        }
      }
    } catch (IOException e) {
      return Map.of();
    }
    return millis;
  }

  /** Time that all CPUs of this machine together were not idle. */
  static long machineBusyMillis() {
    String[] fields = lines(Path.of("/proc/stat")).getFirst().trim().split("\\s+");
    // cpu user nice system idle iowait irq softirq steal
    return ticks(fields, 1, 2, 3, 6, 7) * TICK_MILLIS;
  }

  static long residentKilobytes(long pid) {
    return status(pid, "VmRSS:");
  }

  static long peakKilobytes(long pid) {
    return status(pid, "VmHWM:");
  }

  static String loadAverage() {
    return String.join(
        " ", List.of(lines(Path.of("/proc/loadavg")).getFirst().split(" ")).subList(0, 3));
  }

  static String cpuModel() {
    return lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown CPU");
  }

  private static long status(long pid, String name) {
    return lines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /** The fields after the command, which is in brackets and may hold anything; 0 is the state. */
  private static String[] statFields(Path file) {
    List<String> lines = lines(file);
    if (lines.isEmpty()) {
      return new String[0];
    }
    String line = lines.getFirst();
    return line.substring(line.lastIndexOf(')') + 2).split(" ");
  }

  private static long ticks(String[] fields, int... positions) {
    long sum = 0;
    for (int position : positions) {
      sum += Long.parseLong(fields[position]);
    }
    return sum;
  }

  /** Empty when the process has gone. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
