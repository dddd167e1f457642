package bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the command line asks for. */
record Options(
    List<String> brokers,
    int warmUpSeconds,
    int measureSeconds,
    int connections,
    int rate,
    int clients,
    int highestRate,
    Path project,
    Path work,
    Path keycloak,
    Path postgres,
    Optional<Path> recording) {

  static final String HELP =
      """
      deploy/bench/run [option=value ...]
        brokers=mayfly,keycloak-secret,keycloak-jwt   which, in this order; also mayfly-x509, mayfly-ssh
        warmup=15          seconds of closed-loop load before the first measurement
        measure=20         seconds of each measurement
        connections=64     keep-alive connections, one request on the way on each
        rate=5000          requests a second at fixed rate; a broker that is slower gets 60 % of its closed-loop rate
        clients=10         workloads that ask in turn, each with its own key
        highest=9000       requests a second to prepare for Mayfly; were it faster, the closed loop would end early
        jfr=FILE           record Mayfly with JDK Flight Recorder
      """;

  static Options parse(String[] arguments) {
    Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair.length != 2) {
        throw new IllegalArgumentException("not option=value: " + argument);
      }
      given.put(pair[0], pair[1]);
    }
    Options options =
        new Options(
            Arrays.asList(take(given, "brokers", "mayfly,keycloak-secret,keycloak-jwt").split(",")),
            Integer.parseInt(take(given, "warmup", "15")),
            Integer.parseInt(take(given, "measure", "20")),
            Integer.parseInt(take(given, "connections", "64")),
            Integer.parseInt(take(given, "rate", "5000")),
            Integer.parseInt(take(given, "clients", "10")),
            Integer.parseInt(take(given, "highest", "9000")),
            Path.of(take(given, "project", "")),
            Path.of(take(given, "work", "")),
            Path.of(take(given, "keycloak", "")),
            Path.of(take(given, "postgres", "")),
            Optional.ofNullable(given.remove("jfr")).map(Path::of).map(Path::toAbsolutePath));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(", ", given.keySet()));
    }
    return options;
  }

  private static String take(Map<String, String> given, String name, String otherwise) {
    return Optional.ofNullable(given.remove(name)).orElse(otherwise);
  }
}
