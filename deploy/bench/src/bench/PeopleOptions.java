package bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What the command line of {@code deploy/bench/people} asks for. */
record PeopleOptions(
    Set<String> parts,
    int people,
    int roles,
    int past,
    int open,
    int sessions,
    int askers,
    int rate,
    int warmUpSeconds,
    int measureSeconds,
    int questionSeconds,
    int ending,
    int mints,
    int connections,
    Path project,
    Path work,
    Path postgres,
    Optional<Path> recording,
    OptionalInt slow) {

  static final String HELP =
      """
      deploy/bench/people [option=value ...]
        parts=use,look,reap  request to credential; catalogs and lists; many that end at once
        people=50000 roles=2000 past=1000000 open=5000 sessions=30000
                             what the database holds before anything is measured
        askers=4000          people who request, in turn, each with a key and a session token
        rate=200             requests for a role a second, each followed by its token exchange
        warmup=12 measure=20 seconds of these
        look=5               seconds of each question about what there is
        ending=100000        grants that end in the same second
        mints=500            tokens a second for workloads meanwhile
        connections=64       keep-alive connections, one request on the way on each
        jfr=FILE             record Mayfly with JDK Flight Recorder
        slow=20              statements that take longer, in ms, go to target/bench/postgres.log
      """;

  static PeopleOptions parse(String[] arguments) {
    Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair.length != 2) {
        throw new IllegalArgumentException("not option=value: " + argument);
      }
      given.put(pair[0], pair[1]);
    }
    PeopleOptions options =
        new PeopleOptions(
            Set.of(take(given, "parts", "use,look,reap").split(",")),
            number(given, "people", 50_000),
            number(given, "roles", 2_000),
            number(given, "past", 1_000_000),
            number(given, "open", 5_000),
            number(given, "sessions", 30_000),
            number(given, "askers", 4_000),
            number(given, "rate", 200),
            number(given, "warmup", 12),
            number(given, "measure", 20),
            number(given, "look", 5),
            number(given, "ending", 100_000),
            number(given, "mints", 500),
            number(given, "connections", 64),
            Path.of(take(given, "project", "")),
            Path.of(take(given, "work", "")),
            Path.of(take(given, "postgres", "")),
            Optional.ofNullable(given.remove("jfr")).map(Path::of).map(Path::toAbsolutePath),
            given.containsKey("slow")
                ? OptionalInt.of(Integer.parseInt(given.remove("slow")))
                : OptionalInt.empty());
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(", ", given.keySet()));
    }
    return options;
  }

  private static int number(Map<String, String> given, String name, int otherwise) {
    return Integer.parseInt(take(given, name, Integer.toString(otherwise)));
  }

  private static String take(Map<String, String> given, String name, String otherwise) {
    return Optional.ofNullable(given.remove(name)).orElse(otherwise);
  }
}
