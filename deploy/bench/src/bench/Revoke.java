package bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * How long a revocation takes until both nodes serve it, on every kind of list, read over HTTP as a
 * relying service reads it; and what those who mint meanwhile notice of it. Counted from before the
 * revocation is asked for.
 */
final class Revoke {

  private static final String DATABASE = "mayfly_revoke";
  private static final int A_SECOND = 4;

  /** What a node does for the first time takes longer than what it does again. */
  private static final int FIRST = 5 * A_SECOND;

  /** Who is revoked in a rehearsal mints no more. */
  private static final int REHEARSED = 10;

  private static final String WARM_UP = "";
  private static final int MINTING = 10;
  private static final int ONE_MORE = 40;
  private static final double AIM = 1000;
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final String LISTED =
      """
      SELECT round(percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM listed_at - at) * 1000), 1) || ' / '
             || round(percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM listed_at - at) * 1000), 1)
        FROM revocations WHERE reason = '%s'
      """;

  private final Options options;
  private final int live;
  private final PrintStream out = System.out;
  private final Client operator = new Client("spiffe://" + MayflyPolicy.TRUST_DOMAIN + "/operator");
  private final List<Client> clients;
  private final List<Figure> figures = new ArrayList<>();
  private final Map<String, Histogram> seen = new ConcurrentHashMap<>();
  private Nodes nodes = new Nodes();
  private String issuer = "";

  private Revoke(Options options, int live) {
    this.options = options;
    this.live = live;
    this.clients =
        IntStream.range(0, MINTING + REHEARSED + FIRST + A_SECOND * options.measureSeconds())
            .mapToObj(i -> new Client("spiffe://" + MayflyPolicy.TRUST_DOMAIN + "/workload/" + i))
            .toList();
  }

  public static void main(String[] arguments) throws Exception {
    AmazonCorrettoCryptoProvider.install();
    String live =
        Arrays.stream(arguments)
            .filter(argument -> argument.startsWith("live="))
            .reduce("live=1000000", (first, second) -> second)
            .substring("live=".length());
    String[] rest =
        Arrays.stream(arguments).filter(one -> !one.startsWith("live=")).toArray(String[]::new);
    new Revoke(Options.parse(rest), Integer.parseInt(live)).run();
    System.exit(0); // the HTTP client's threads would stay for a while
  }

  private void run() throws Exception {
    try (Postgres postgres = Postgres.start(options.postgres(), options.work())) {
      postgres.database(DATABASE);
      MayflyProcess process =
          new MayflyProcess(options.project(), options.work(), postgres, DATABASE);
      process.install(MayflyPolicy.yaml(clients, operator));
      issuer = process.issuer();
      int other = Ports.free();
      rehearse(process);
      nodes = new Nodes(URI.create(issuer), URI.create("http://127.0.0.1:" + other));
      out.println("load average " + Proc.loadAverage());
      try (Server one = process.start(List.of(), Map.of())) {
        nodes.awaitReady(one, nodes.all().get(0));
        try (Server two = process.another(other)) {
          nodes.awaitReady(two, nodes.all().get(1));
          Thread.sleep(3000); // each knows of the other
          measure(postgres, one);
        }
      }
    } finally {
      out.println();
      out.println(Table.of(Figure.HEAD, figures.stream().map(Figure::cells).toList()));
      out.println("load average " + Proc.loadAverage());
    }
  }

  /**
   * As docs/operations.md has it: what a node has done once is in the cache of its later starts.
   */
  private void rehearse(MayflyProcess process) throws Exception {
    nodes = new Nodes(URI.create(issuer));
    try (Server one = process.start(List.of("--record"), Map.of())) {
      nodes.awaitReady(one, nodes.all().getFirst());
      revokeAll(
          victims(clients.subList(MINTING, MINTING + REHEARSED)).stream()
              .map(victim -> victim.revocation("rehearsed"))
              .toList(),
          A_SECOND);
      seen.clear();
    }
  }

  private List<Victim> victims(List<Client> holders) throws Exception {
    List<Victim> victims = new ArrayList<>();
    String token = operatorToken();
    for (Client holder : holders) {
      victims.add(victim(holder, token));
    }
    return victims;
  }

  private void measure(Postgres postgres, Server server) throws Exception {
    mints(postgres, server, WARM_UP, () -> {});
    mints(postgres, server, "mints, nothing revoked", () -> {});
    List<Victim> victims = victims(clients.subList(MINTING + REHEARSED, clients.size()));
    out.printf("%d grants with a token, 2 X.509 and 2 SSH certificates each%n", victims.size());
    revoked(postgres, server, victims.subList(0, FIRST), "the first ones, nothing revoked before");
    revoked(postgres, server, victims.subList(FIRST, victims.size()), "a grant with 5 credentials");
    if (live > 0) {
      Million million = new Million(postgres, DATABASE);
      million.fill(options.project().resolve("deploy/bench/revoke.sql"), live, issuer, out);
      mints(postgres, server, "mints, %,d live of each kind".formatted(live), () -> {});
      List<Revocation> more = seeded(million);
      mints(
          postgres,
          server,
          "mints, and one more of %,d revoked twice a second".formatted(live / 10),
          () -> revokeAll(more, 2));
      report("one more of %,d".formatted(live / 10), postgres, "one more");
    }
  }

  private void revoked(Postgres postgres, Server server, List<Victim> victims, String what)
      throws Exception {
    mints(
        postgres,
        server,
        "mints, %d grants revoked a second: %s".formatted(A_SECOND, what),
        () -> revokeAll(victims.stream().map(one -> one.revocation(what)).toList(), A_SECOND));
    report(what, postgres, what);
  }

  private record Revocation(String scope, String target, String reason, List<Place> places) {}

  private record Victim(String grant, List<Place> places) {
    Revocation revocation(String reason) {
      return new Revocation("grant", grant, reason, places);
    }
  }

  private Victim victim(Client client, String operatorToken) throws Exception {
    List<Place> places = new ArrayList<>();
    String answer = nodes.form("/oauth/token", token(client));
    String claims = Wire.text(answer, "access_token").split("\\.")[1];
    String payload = new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8);
    places.add(place(Wire.text(payload, "jti"), operatorToken));
    for (Product product : List.of(Product.X509, Product.X509, Product.SSH, Product.SSH)) {
      String key = product.key(options.work(), 0);
      String json =
          "{\"grant_type\":\"client_credentials\",\"role\":\"caller\",\"client_assertion_type\":"
              + "\"urn:ietf:params:oauth:client-assertion-type:jwt-bearer\",\"client_assertion\":\""
              + client.assertion(issuer)
              + "\""
              + key
              + "}";
      String minted = nodes.json(product.path(), json, "");
      places.add(place(Wire.text(minted, "id"), operatorToken));
      if (product == Product.X509) {
        places.add(Place.ocsp(Ocsp.question(Ocsp.chain(Wire.text(minted, "certificate")))));
      }
    }
    return new Victim(Wire.text(answer, "grant"), places);
  }

  private Place place(String id, String token) {
    String row = nodes.get("/v1/credentials/" + id, token);
    return Place.of(
        Wire.text(row, "kind"),
        id,
        Wire.text(row, "list"),
        Integer.parseInt(row.replaceAll("(?s).*\"list_index\":(\\d+).*", "$1")));
  }

  /** One of each kind in turn, of those that nobody has revoked. */
  private List<Revocation> seeded(Million million) throws SQLException {
    List<Revocation> all = new ArrayList<>();
    for (int i = 0; i < Math.min(ONE_MORE, 2 * options.measureSeconds()); i++) {
      String kind = i % 2 == 0 ? "X509" : "SSH";
      String[] one = million.live(kind, i, Math.max(1, live / 4096));
      all.add(
          new Revocation(
              "credential", one[0], "one more", List.of(Place.of(kind, one[0], one[1], 0))));
    }
    return all;
  }

  /** Begins them at their times, however long each takes, and waits for all. */
  private void revokeAll(List<Revocation> all, int perSecond) {
    String token = operatorToken();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      for (int i = 0; i < all.size(); i++) {
        Revocation one = all.get(i);
        long due = start + i * 1_000_000_000L / perSecond;
        Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
        long from = System.nanoTime();
        // Whoever waits for news holds the last ones first, as a relying service would.
        for (Place place : one.places()) {
          for (URI node : nodes.all()) {
            threads.submit(() -> watch(node, place, from));
          }
        }
        threads.submit(() -> revoke(one, token));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void revoke(Revocation one, String token) {
    String json =
        "{\"scope\":\"%s\",\"target\":\"%s\",\"reason\":\"%s\"}"
            .formatted(one.scope(), one.target(), one.reason());
    nodes.json("/v1/revocations", json, token);
  }

  private void watch(URI node, Place place, long from) {
    nodes.await(node, place, from + PATIENCE_NANOS);
    long took = System.nanoTime() - from;
    Histogram histogram = seen.computeIfAbsent(place.kind(), kind -> new Histogram(3));
    synchronized (histogram) {
      histogram.recordValue(took);
    }
  }

  private void report(String what, Postgres postgres, String reason) throws SQLException {
    for (String kind : List.of("status list", "CRL", "OCSP", "KRL")) {
      Histogram one = seen.remove(kind);
      if (one != null) {
        double[] millis =
            Stream.of(50.0, 99.0, 100.0)
                .mapToDouble(at -> one.getValueAtPercentile(at) / 1e6)
                .toArray();
        figures.add(
            new Figure(
                what
                    + ": asked for -> "
                    + (kind.equals("OCSP") ? "by " : "on the ")
                    + kind
                    + " of either node",
                one.getTotalCount() + " times",
                millis,
                "",
                java.util.OptionalDouble.of(AIM),
                ""));
      }
    }
    out.printf(
        "%s: commit -> published, p50 / p99 ms: %s%n",
        what, postgres.query(DATABASE, LISTED.formatted(reason)));
  }

  private void mints(Postgres postgres, Server server, String what, Runnable beside)
      throws IOException, InterruptedException, ExecutionException {
    byte[][] requests = new byte[options.rate() * options.measureSeconds()][];
    IntStream.range(0, requests.length)
        .parallel()
        .forEach(i -> requests[i] = request(token(clients.get(i % MINTING))));
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", nodes.port());
    try (Load load = new Load(address, options.connections(), requests);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> revoking = other.submit(beside);
      Measurement measured =
          Measurement.of(
              () -> load.fixedRate(options.measureSeconds(), options.rate()),
              server.pid(),
              postgres);
      revoking.get();
      if (!what.equals(WARM_UP)) {
        figures.add(Figure.of(what, options.rate() + "/s", measured, 0));
      }
    }
  }

  private String operatorToken() {
    String form =
        "grant_type=client_credentials" + Forms.CLIENT_ASSERTION + operator.assertion(issuer);
    return Wire.text(nodes.form("/oauth/token", form), "access_token");
  }

  private String token(Client client) {
    return "grant_type=client_credentials"
        + Forms.CLIENT_ASSERTION
        + client.assertion(issuer)
        + "&resource=https%3A%2F%2Fapi.bench.example&scope=read";
  }

  private byte[] request(String form) {
    return ("POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n\r\n%s")
        .formatted(form.length(), form)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
