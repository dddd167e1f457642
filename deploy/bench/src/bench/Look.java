package bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What people and operators look at: each question alone, at a fixed rate. */
final class Look {

  private static final int RATE = 50;
  private static final int WARM_UP = 100;
  private static final double AIM = 100;

  private final Site site;
  private final String database;
  private final Staff staff;
  private final String operator;

  /** People who really logged in, by what they are to others. */
  record Staff(
      List<Member> ordinary,
      Member platform,
      Member busy,
      Member security,
      Member approver,
      Member manager) {}

  Look(Site site, String database, Staff staff, String operator) {
    this.site = site;
    this.database = database;
    this.staff = staff;
    this.operator = operator;
  }

  void measure() throws IOException, SQLException {
    for (Question question : questions()) {
      int count = RATE * site.options().questionSeconds();
      try (Load load = site.load(question.times(WARM_UP), 1, question.judge())) {
        load.closedLoop(2);
        load.sending(question.times(count));
        Measurement seen = site.measure(() -> load.fixedRate(count / (double) RATE, RATE));
        if (seen.seen().errors() > 0) {
          site.say(question.what(), seen.seen());
        }
        String size = "%d/s, %.1f kB".formatted(RATE, load.sample().length() / 1000.0);
        site.add(Figure.of(question.what(), size, seen, AIM));
      }
    }
  }

  private List<Question> questions() throws SQLException {
    Wire wire = site.wire();
    String nonce = wire.nonce();
    List<Member> ordinary = staff.ordinary();
    List<String> own = grants(ordinary.getFirst(), "true");
    List<String> decided = grantsOfTeam(staff.approver().number(), "g.state = 'REQUESTED'");
    String items = "\"items\"";
    List<Question> all = new ArrayList<>();
    all.add(Question.of("roles: who may request 40", wire, nonce, items, ordinary, "/v1/roles"));
    all.add(
        Question.of(
            "roles: who may request 2,000",
            wire,
            nonce,
            items,
            List.of(staff.platform()),
            "/v1/roles"));
    all.add(Question.of("own grants, 20", wire, nonce, items, ordinary, "/v1/grants"));
    all.add(
        Question.of(
            "own grants, first 50 of 500",
            wire,
            nonce,
            items,
            List.of(staff.busy()),
            "/v1/grants"));
    all.add(
        Question.of(
            "own grants, active of 500",
            wire,
            nonce,
            items,
            List.of(staff.busy()),
            "/v1/grants?state=ACTIVE"));
    all.add(decide("to decide: security", staff.security(), nonce));
    all.add(decide("to decide: a team's approver", staff.approver(), nonce));
    all.add(decide("to decide: a manager", staff.manager(), nonce));
    all.add(decide("to decide: nobody's approver", ordinary.getFirst(), nonce));
    all.add(
        Question.of(
            "to review: security",
            wire,
            nonce,
            items,
            List.of(staff.security()),
            "/v1/grants/to-review"));
    all.add(
        Question.each(
            "history of one's own grant",
            wire,
            nonce,
            items,
            List.of(ordinary.getFirst()),
            n -> "/v1/grants/" + own.get(n % own.size()) + "/history"));
    all.add(
        Question.each(
            "history of a request to decide",
            wire,
            nonce,
            items,
            List.of(staff.approver()),
            n -> "/v1/grants/" + decided.get(n % decided.size()) + "/history"));
    all.addAll(ofOperators(own));
    return all;
  }

  private Question decide(String what, Member who, String nonce) {
    return Question.of(what, site.wire(), nonce, "\"items\"", List.of(who), "/v1/grants/to-decide");
  }

  private List<Question> ofOperators(List<String> grants) throws SQLException {
    String identity =
        one(
            "SELECT id::text FROM identities WHERE name = '"
                + staff.ordinary().getFirst().name()
                + "'");
    String busy = one("SELECT id::text FROM identities WHERE name = '" + staff.busy().name() + "'");
    return List.of(
        operator("operator: newest grants", n -> "/v1/grants"),
        operator("operator: grants of a role", n -> "/v1/grants?role=role-" + 20 * (n % 100)),
        operator(
            "operator: revoked grants of a role",
            n -> "/v1/grants?state=REVOKED&role=role-" + (20 * (n % 100) + 3)),
        operator("operator: scheduled grants", n -> "/v1/grants?state=SCHEDULED"),
        operator("operator: newest audit", n -> "/v1/audit"),
        operator(
            "operator: audit of a grant", n -> "/v1/audit?grant=" + grants.get(n % grants.size())),
        operator("operator: audit of a person", n -> "/v1/audit?identity=" + identity),
        operator("operator: audit of who has 500 grants", n -> "/v1/audit?identity=" + busy),
        operator("operator: audit, denials", n -> "/v1/audit?action=grant.deny"),
        operator("operator: audit, what never happened", n -> "/v1/audit?action=identity.retire"));
  }

  private Question operator(String what, java.util.function.IntFunction<String> path) {
    return Question.byOperator(what, site.wire(), operator, "\"items\"", path);
  }

  private List<String> grants(Member holder, String which) throws SQLException {
    return ids(
        "SELECT g.id FROM grants g JOIN identities i ON i.id = g.identity_id WHERE i.name = '"
            + holder.name()
            + "' AND g.kind = 'REQUESTED' AND "
            + which
            + " LIMIT 20");
  }

  /** Requests for a role of the team that this person approves for, which one approval settles. */
  private List<String> grantsOfTeam(int person, String which) throws SQLException {
    int team = person % (site.options().roles() / Company.ROLES_OF_TEAM);
    int first = team * Company.ROLES_OF_TEAM;
    return ids(
        "SELECT g.id FROM grants g WHERE g.role IN ('role-"
            + (first + 3)
            + "', 'role-"
            + (first + 13)
            + "', 'role-"
            + (first + 4)
            + "') AND "
            + which
            + " LIMIT 20");
  }

  private String one(String sql) throws SQLException {
    return ids(sql).getFirst();
  }

  private List<String> ids(String sql) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = site.postgres().connect(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    if (ids.isEmpty()) {
      throw new IllegalStateException("nothing to ask about: " + sql);
    }
    return ids;
  }
}
