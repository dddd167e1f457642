package bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Runs each broker in turn on the same PostgreSQL under the same driver, and prints one table. All
 * on loopback; every process it starts ends with it.
 */
final class Bench {

  private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"");
  private static final int FIRST_TOKENS = 2000;
  private static final int SETTLE_SECONDS = 5;
  private static final int READY_LIMIT_SECONDS = 300;

  private final Options options;
  private final PrintStream out = System.out;
  private final List<Row> rows = new ArrayList<>();

  private Bench(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.print(Options.HELP);
      return;
    }
    AmazonCorrettoCryptoProvider.install();
    new Bench(Options.parse(arguments)).run();
  }

  private void run() throws IOException, SQLException, InterruptedException {
    List<Client> clients =
        IntStream.range(0, options.clients())
            .mapToObj(i -> new Client("spiffe://bench.example/workload/" + i))
            .toList();
    try (Postgres postgres = Postgres.start(options.postgres(), options.work())) {
      describe(postgres);
      for (String name : options.brokers()) {
        measure(broker(name, postgres, clients), postgres);
      }
    } finally {
      out.println();
      out.println(Table.of(rows));
    }
  }

  private Broker broker(String name, Postgres postgres, List<Client> clients) throws IOException {
    return switch (name) {
      case "mayfly" -> new Mayfly(options, postgres, clients, Product.TOKEN);
      case "mayfly-x509" -> new Mayfly(options, postgres, clients, Product.X509);
      case "mayfly-ssh" -> new Mayfly(options, postgres, clients, Product.SSH);
      case "keycloak-secret" ->
          new Keycloak(options.keycloak(), options.work(), postgres, clients, false);
      case "keycloak-jwt" ->
          new Keycloak(options.keycloak(), options.work(), postgres, clients, true);
      default -> throw new IllegalArgumentException("no broker named " + name);
    };
  }

  private void describe(Postgres postgres) throws SQLException {
    Runtime runtime = Runtime.getRuntime();
    out.printf(
        "%s, %d x %s, JDK %s, PostgreSQL %s (fsync on), load average %s%n",
        Instant.now().truncatedTo(ChronoUnit.MINUTES),
        runtime.availableProcessors(),
        Proc.cpuModel(),
        Runtime.version(),
        postgres.version(),
        Proc.loadAverage());
    out.printf(
        "warm-up %d s, measured %d s, %d connections, %d clients%n",
        options.warmUpSeconds(),
        options.measureSeconds(),
        options.connections(),
        options.clients());
  }

  private void measure(Broker broker, Postgres postgres)
      throws IOException, SQLException, InterruptedException {
    out.printf("%n%s: installing%n", broker.name());
    broker.install();
    try (Server first = broker.firstStart()) {
      double ready = awaitFirstToken(broker, first);
      out.printf("  first token %.2f s after the first start%n", ready);
      settle(broker);
    }
    try (Server server = broker.start()) {
      double ready = awaitFirstToken(broker, server);
      out.printf(
          "  first token %.2f s after start on a database it knows; %.2f s of CPU by then%n",
          ready, Proc.cpuMillis(server.pid()) / 1000.0);
      load(broker, server, postgres, ready);
      out.println("  recorded: " + broker.recorded());
    }
  }

  /** A first start may be watched for what later ones should have ready: let it see some load. */
  private void settle(Broker broker) throws IOException {
    byte[][] requests = Requests.render(broker, FIRST_TOKENS);
    InetSocketAddress address = new InetSocketAddress(broker.host(), broker.port());
    try (Load load = load(broker, address, requests)) {
      say("first load", load.closedLoop(SETTLE_SECONDS));
    }
  }

  private void load(Broker broker, Server server, Postgres postgres, double ready)
      throws IOException, SQLException {
    long pid = server.pid();
    int measure = options.measureSeconds();
    InetSocketAddress address = new InetSocketAddress(broker.host(), broker.port());
    Row closed;
    // Signed as late as possible: Keycloak refuses an assertion issued more than a minute ago.
    int warmUp = broker.highestRate() * options.warmUpSeconds();
    try (Load load = load(broker, address, Requests.render(broker, warmUp))) {
      say("warm-up", load.closedLoop(options.warmUpSeconds()));
      postgres.checkpoint();
      load.sending(Requests.render(broker, broker.highestRate() * measure));
      Measurement seen = Measurement.of(() -> load.closedLoop(measure), pid, postgres);
      closed = seen.row(broker.name(), "closed loop", pid, ready);
      rows.add(closed);
      say("closed loop", seen.seen());
      out.println("  broker's CPU us/token by thread: " + seen.byThread());
      out.println("  what came: " + header(load.sample()));
    }
    boolean fastEnough = closed.tokensPerSecond() >= options.rate();
    int rate = fastEnough ? options.rate() : (int) (0.6 * closed.tokensPerSecond());
    fixedRate(broker, pid, postgres, ready, address, rate);
  }

  private void fixedRate(
      Broker broker, long pid, Postgres postgres, double ready, InetSocketAddress address, int rate)
      throws IOException, SQLException {
    int measure = options.measureSeconds();
    int perSecond = Math.max(1, rate);
    try (Load load = load(broker, address, Requests.render(broker, perSecond * SETTLE_SECONDS))) {
      load.fixedRate(SETTLE_SECONDS, perSecond);
      postgres.checkpoint();
      load.sending(Requests.render(broker, perSecond * measure));
      Measurement seen = Measurement.of(() -> load.fixedRate(measure, perSecond), pid, postgres);
      rows.add(seen.row(broker.name(), perSecond + "/s", pid, ready));
      say("fixed rate " + perSecond + "/s", seen.seen());
    }
  }

  private Load load(Broker broker, InetSocketAddress address, byte[][] requests)
      throws IOException {
    return new Load(address, options.connections(), requests, 1, broker.judge());
  }

  private void say(String phase, Load.Seen seen) {
    out.printf(
        "  %s: %d tokens in %.1f s, %d errors, load average %s%n",
        phase, seen.tokens(), seen.seconds(), seen.errors(), Proc.loadAverage());
    if (!seen.firstError().isEmpty()) {
      out.println("  first error: " + seen.firstError().replaceAll("\\s+", " "));
    }
  }

  /** Ready is when a token request succeeds: nothing less helps a workload. */
  private double awaitFirstToken(Broker broker, Server server)
      throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(broker.host(), broker.port());
    String answer = "no answer";
    while (server.isAlive() && server.secondsSinceStart() < READY_LIMIT_SECONDS) {
      byte[][] one = {Requests.one(broker)};
      try (Load load = new Load(address, 1, one, 1, broker.judge())) {
        Load.Seen seen = load.closedLoop(1);
        if (!load.sample().isEmpty()) {
          return server.secondsSinceStart();
        }
        answer = seen.firstError();
      } catch (IOException e) {
        answer = e.toString();
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(broker.name() + " gave no token: " + answer);
  }

  private static String header(String response) {
    Matcher token = TOKEN.matcher(response);
    return token.find()
        ? new String(Base64.getUrlDecoder().decode(token.group(1).split("\\.")[0]))
        : "none";
  }
}
