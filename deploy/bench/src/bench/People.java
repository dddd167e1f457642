package bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures what people ask of Mayfly in a large company: from a request to a credential, what they
 * look at, and what happens when many grants end at once. All on loopback; every process it starts
 * ends with it.
 */
final class People {

  private static final String DATABASE = "mayfly_people";
  private static final int WORKLOADS = 10;
  private static final int READY_LIMIT_SECONDS = 120;

  /* In the seeded part of the company, but not logged in there: they log in themselves. */
  private static final int ORDINARY = 20_101;
  private static final int ORDINARY_COUNT = 4;
  private static final int PLATFORM = 20_011;
  private static final int BUSY = 20_400;
  private static final int SECURITY = 20_507;
  private static final int APPROVER = 20_001;
  private static final int MANAGER = 20_020;

  private final PeopleOptions options;
  private final Company company;
  private final PrintStream out = System.out;
  private final Client operator = new Client("spiffe://" + Company.TRUST_DOMAIN + "/operator");
  private final List<Client> workloads =
      IntStream.range(0, WORKLOADS)
          .mapToObj(i -> new Client("spiffe://" + Company.TRUST_DOMAIN + "/workload/" + i))
          .toList();
  private final Look.Staff staff =
      new Look.Staff(
          IntStream.range(0, ORDINARY_COUNT).mapToObj(i -> new Member(ORDINARY + i)).toList(),
          new Member(PLATFORM),
          new Member(BUSY),
          new Member(SECURITY),
          new Member(APPROVER),
          new Member(MANAGER));

  private People(PeopleOptions options) {
    this.options = options;
    this.company = new Company(options.people(), options.roles());
  }

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.print(PeopleOptions.HELP);
      return;
    }
    AmazonCorrettoCryptoProvider.install();
    new People(PeopleOptions.parse(arguments)).run();
  }

  private void run() throws IOException, SQLException, InterruptedException, ExecutionException {
    String[] settings =
        options.slow().stream()
            .mapToObj(millis -> "log_min_duration_statement=" + millis)
            .toArray(String[]::new);
    try (Postgres postgres = Postgres.start(options.postgres(), options.work(), settings);
        Provider provider = Provider.start(company)) {
      describe(postgres);
      postgres.database(DATABASE);
      MayflyProcess process =
          new MayflyProcess(options.project(), options.work(), postgres, DATABASE);
      process.install(PeoplePolicy.yaml(company, provider.issuer(), operator, workloads));
      fill(process, postgres);
      try (Server server = process.start(List.of(), MayflyProcess.recording(options.recording()));
          Wire wire = new Wire(process.issuer())) {
        awaitReady(server, wire);
        out.printf("  ready %.1f s after the start%n", server.secondsSinceStart());
        measure(new Site(options, postgres, process, server.pid(), wire, out), provider);
        out.printf("%nbroker's memory: %d MB at most%n", Proc.peakKilobytes(server.pid()) / 1024);
      }
    }
  }

  private void describe(Postgres postgres) throws SQLException {
    out.printf(
        "%s, %d x %s, JDK %s, PostgreSQL %s (fsync on), load average %s%n",
        Instant.now().truncatedTo(ChronoUnit.MINUTES),
        Runtime.getRuntime().availableProcessors(),
        Proc.cpuModel(),
        Runtime.version(),
        postgres.version(),
        Proc.loadAverage());
  }

  /** The broker's first start makes the schema; then two months go by. */
  private void fill(MayflyProcess process, Postgres postgres)
      throws IOException, SQLException, InterruptedException {
    out.println("first start: schema and keys");
    try (Server server = process.start(List.of(), Map.of());
        Wire wire = new Wire(process.issuer())) {
      awaitReady(server, wire);
    }
    out.println("filling the database");
    List<Integer> real = real().map(Member::number).toList();
    new Seed(postgres, DATABASE, out)
        .run(options.project().resolve("deploy/bench/people.sql"), company, options, real);
    postgres.checkpoint();
    out.printf(
        "  %s grants, %s audit events, %s open requests%n",
        postgres.query(DATABASE, "SELECT count(*) FROM grants"),
        postgres.query(DATABASE, "SELECT count(*) FROM audit_events"),
        postgres.query(DATABASE, "SELECT count(*) FROM grants WHERE state = 'REQUESTED'"));
  }

  private void measure(Site site, Provider provider)
      throws IOException, SQLException, InterruptedException, ExecutionException {
    try {
      out.println("logging people in");
      real().forEach(member -> Browser.logIn(member, site.wire(), provider));
      site.say("%d by browser and device code".formatted(real().count()));
      List<Member> askers =
          IntStream.range(0, options.askers()).parallel().mapToObj(Member::new).toList();
      new Seed(site.postgres(), DATABASE, out).bind(askers);
      tokens(site, askers);
      if (options.parts().contains("use")) {
        out.println("from a request to a credential");
        new Use(site, company, askers).measure();
      }
      if (options.parts().contains("look")) {
        out.println("what there is");
        new Look(site, DATABASE, staff, operatorToken(site.wire())).measure();
      }
      if (options.parts().contains("reap")) {
        out.println("many end at once");
        new Reap(site, DATABASE, askers, i -> mint(site.wire(), i)).measure();
      }
    } finally {
      out.println();
      out.println(site.table());
      out.println("load average " + Proc.loadAverage());
    }
  }

  /** Sessions that were written by SQL get their tokens as any terminal does: by refresh token. */
  private static void tokens(Site site, List<Member> members) throws IOException {
    String nonce = site.wire().nonce();
    byte[][] requests = new byte[members.size()][];
    IntStream.range(0, requests.length)
        .parallel()
        .forEach(
            i ->
                requests[i] =
                    site.wire()
                        .form(
                            members.get(i),
                            "/oauth/token",
                            Map.of(
                                "client_id", "mayfly-cli",
                                "grant_type", "refresh_token",
                                "refresh_token", Seed.refreshToken(members.get(i))),
                            nonce));
    Load.Judge keep =
        (number, answer) -> {
          if (answer.hasToken()) {
            members.get(number).holds(Wire.text(answer.response(), "access_token"));
          }
          return answer.hasToken();
        };
    try (Load load = site.load(requests, 1, keep)) {
      site.say("sessions renewed", load.closedLoop(50));
    }
    List<Member> without = new ArrayList<>(members);
    without.removeIf(member -> !member.token().isEmpty());
    if (!without.isEmpty()) {
      throw new IllegalStateException(without.size() + " people got no token");
    }
  }

  private Stream<Member> real() {
    return Stream.concat(
        staff.ordinary().stream(),
        Stream.of(
            staff.platform(), staff.busy(), staff.security(), staff.approver(), staff.manager()));
  }

  private String operatorToken(Wire wire) {
    Map<String, String> form =
        Map.of(
            "grant_type", "client_credentials",
            "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion", operator.assertion(wire.issuer()));
    return Wire.text(wire.at("/oauth/token", Map.of(), form).body(), "access_token");
  }

  private byte[] mint(Wire wire, int number) {
    String assertion = workloads.get(number % WORKLOADS).assertion(wire.issuer());
    String resource = URLEncoder.encode(MayflyPolicy.AUDIENCE, StandardCharsets.UTF_8);
    return wire.form(
        "/oauth/token",
        "grant_type=client_credentials"
            + Forms.CLIENT_ASSERTION
            + assertion
            + "&scope=read&resource="
            + resource);
  }

  private static void awaitReady(Server server, Wire wire) throws InterruptedException {
    Optional<String> last = Optional.empty();
    while (server.isAlive() && server.secondsSinceStart() < READY_LIMIT_SECONDS) {
      try {
        if (wire.at("/health/ready", Map.of(), null).statusCode() == 200) {
          return;
        }
      } catch (IllegalStateException e) {
        last = Optional.of(e.getMessage());
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("the broker did not become ready; see mayfly.log: " + last);
  }
}
