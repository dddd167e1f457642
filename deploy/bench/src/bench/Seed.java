package bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Fills the database with the past of a company ({@code people.sql}), through SQL alone. */
final class Seed {

  private static final String SECTION = "-- == ";

  /* Sessions as a device has them: bound to its key, with a refresh token that nobody has used. */
  private static final String BIND =
      """
      WITH given AS (SELECT * FROM unnest(?::text[], ?::text[], ?::text[]) AS g (name, jkt, hash)),
      bound AS (
        UPDATE sessions s SET jkt = g.jkt FROM given g JOIN identities i ON i.name = g.name
        WHERE s.identity_id = i.id RETURNING s.grant_id, g.hash)
      INSERT INTO refresh_tokens (hash, session, until)
      SELECT decode(hash, 'hex'), grant_id, now() + interval '9 hours' FROM bound
      """;

  private final PrintStream out;
  private final Postgres postgres;
  private final String database;

  Seed(Postgres postgres, String database, PrintStream out) {
    this.postgres = postgres;
    this.database = database;
    this.out = out;
  }

  /** Seconds and sections go to the terminal while it runs. */
  void run(Path sql, Company company, PeopleOptions options, List<Integer> real)
      throws IOException, SQLException {
    Map<String, String> numbers = new HashMap<>();
    numbers.put("people", Integer.toString(company.people()));
    numbers.put("teams", Integer.toString(company.teams()));
    numbers.put("approvers", Integer.toString(company.people() / (company.teams() * 50)));
    numbers.put("sessions", Integer.toString(options.sessions()));
    numbers.put("past", Integer.toString(options.past()));
    numbers.put("open", Integer.toString(options.open()));
    numbers.put("until", PeoplePolicy.until().toString());
    numbers.put("real", real.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    String text = Files.readString(sql);
    for (Map.Entry<String, String> number : numbers.entrySet()) {
      text = text.replace("{" + number.getKey() + "}", number.getValue());
    }
    try (Connection connection = postgres.connect(database);
        var statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = off");
      statement.execute("SET maintenance_work_mem = '256MB'");
      statement.execute("SET work_mem = '64MB'");
      for (String section : text.split("(?m)^" + SECTION)) {
        if (!section.startsWith("--")) {
          long from = System.nanoTime();
          int title = section.indexOf('\n');
          statement.execute(section.substring(title));
          out.printf(
              "  %-60s %5.1f s%n", section.substring(0, title), (System.nanoTime() - from) / 1e9);
        }
      }
    }
  }

  /** Gives the seeded sessions of these people their keys; the refresh token is the name's hash. */
  void bind(List<Member> members) throws SQLException {
    try (Connection connection = postgres.connect(database);
        PreparedStatement statement = connection.prepareStatement(BIND)) {
      statement.setArray(1, array(connection, members.stream().map(Member::name).toList()));
      statement.setArray(2, array(connection, members.stream().map(Member::jkt).toList()));
      statement.setArray(
          3,
          array(
              connection,
              members.stream()
                  .map(one -> HexFormat.of().formatHex(Member.hash(refreshToken(one))))
                  .toList()));
      statement.execute();
    }
  }

  static String refreshToken(Member member) {
    return "refresh-" + member.jkt();
  }

  private static java.sql.Array array(Connection connection, List<String> texts)
      throws SQLException {
    return connection.createArrayOf("text", texts.toArray(String[]::new));
  }
}
