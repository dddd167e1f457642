package bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Many grants end in the same second while workloads go on minting, and while some people give back
 * what they hold: how long until none is ACTIVE, and what the others notice of it.
 */
final class Reap {

  private static final int BEFORE_SECONDS = 8;
  private static final int DURING_SECONDS = 15;
  private static final int LIMIT_SECONDS = 60;
  private static final int GIVE_BACK_EVERY_MILLIS = 250;

  private static final String FILL =
      """
      SET session_replication_role = replica; SET synchronous_commit = off;
      INSERT INTO grants (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at, decided_at,
                          decided_by, activated_at, expires_at, authority_ends_at, deadline, policy_version, version)
      SELECT uuidv7(), p.id, p.id, 'role-' || (p.team * 20 + k / 20000), 'REQUESTED', 'ACTIVE', 'ends with the others',
             '1 hour', at - interval '1 hour', at - interval '1 hour', 'system:policy', at - interval '1 hour', at,
             '{until}Z', at, 1, 2
      FROM generate_series(0, {ending} - 1) AS k JOIN bench_people p ON p.n = 5000 + k % 20000,
           (SELECT to_timestamp({at}) AS at) AS t;
      """;

  private static final String LEFT =
      "SELECT EXISTS (SELECT FROM grants WHERE deadline = to_timestamp(%d) AND state = 'ACTIVE')";

  private static final String USED =
      """
      SELECT g.id || ' ' || i.name FROM credentials c JOIN grants g ON g.id = c.grant_id JOIN identities i ON i.id = g.identity_id
      WHERE g.kind = 'REQUESTED' AND g.state = 'ACTIVE' AND c.expires_at > now() + interval '1 minute' LIMIT 200
      """;

  private static final String LISTED =
      """
      SELECT count(*) || ' ' || COALESCE(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms), 0) || ' ' || COALESCE(max(ms), 0)
             || ' ' || count(*) FILTER (WHERE ms IS NULL)
      FROM (SELECT EXTRACT(EPOCH FROM everywhere_at - at) * 1000 AS ms FROM revocations WHERE at > to_timestamp(%d)) AS r
      """;

  private final Site site;
  private final String database;
  private final List<Member> members;
  private final IntFunction<byte[]> mint;

  Reap(Site site, String database, List<Member> members, IntFunction<byte[]> mint) {
    this.site = site;
    this.database = database;
    this.members = members;
    this.mint = mint;
  }

  void measure() throws IOException, SQLException, InterruptedException, ExecutionException {
    int ending = site.options().ending();
    int rate = site.options().mints();
    // Time to write them, to sign, and for the load before.
    long at = System.currentTimeMillis() / 1000 + 12 + ending / 15_000 + BEFORE_SECONDS;
    fill(ending, at);
    List<String> used = used();
    byte[][] before = mints(rate * BEFORE_SECONDS);
    byte[][] during = mints(rate * DURING_SECONDS);
    try (Load load = site.load(before, 1, (number, answer) -> answer.hasToken());
        ExecutorService beside = Executors.newFixedThreadPool(2)) {
      sleepUntil(at * 1000 - BEFORE_SECONDS * 1000L - 500);
      Measurement calm = site.measure(() -> load.fixedRate(BEFORE_SECONDS, rate));
      site.add(Figure.of("workloads' mints before", rate + "/s", calm, 0));
      load.sending(during);
      sleepUntil(at * 1000);
      CompletableFuture<Double> ended = CompletableFuture.supplyAsync(() -> untilNone(at), beside);
      CompletableFuture.runAsync(() -> giveBack(used), beside);
      Measurement busy = site.measure(() -> load.fixedRate(DURING_SECONDS, rate));
      site.say("mints meanwhile", busy.seen());
      double seconds = ended.get();
      site.add(
          Figure.once(
              "%,d grants that end in one second".formatted(ending),
              "until none is ACTIVE",
              seconds * 1000,
              10_000));
      site.add(
          Figure.of(
              "workloads' mints in the %d s from that second".formatted(DURING_SECONDS),
              rate + "/s",
              busy,
              0));
    }
    listed(at, used);
  }

  private void fill(int ending, long at) throws SQLException {
    long from = System.nanoTime();
    try (Connection connection = site.postgres().connect(database);
        var statement = connection.createStatement()) {
      statement.execute(
          FILL.replace("{until}", PeoplePolicy.until().toString())
              .replace("{ending}", Integer.toString(ending))
              .replace("{at}", Long.toString(at)));
    }
    site.say("%,d grants written in %.1f s".formatted(ending, (System.nanoTime() - from) / 1e9));
    site.postgres().checkpoint();
  }

  private byte[][] mints(int count) {
    byte[][] requests = new byte[count][];
    IntStream.range(0, count).parallel().forEach(i -> requests[i] = mint.apply(i));
    return requests;
  }

  private double untilNone(long at) {
    try (Connection connection = site.postgres().connect(database);
        var statement = connection.createStatement()) {
      while (System.currentTimeMillis() < (at + LIMIT_SECONDS) * 1000) {
        try (var rows = statement.executeQuery(LEFT.formatted(at))) {
          rows.next();
          if (!rows.getBoolean(1)) {
            return System.currentTimeMillis() / 1000.0 - at;
          }
        }
        Thread.sleep(50);
      }
      return LIMIT_SECONDS;
    } catch (SQLException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> used() throws SQLException {
    String all =
        site.postgres().query(database, "SELECT string_agg(u, ',') FROM (" + USED + ") AS a (u)");
    if (all == null) {
      site.say("nobody holds anything to give back: run it with parts=use,reap");
      return List.of();
    }
    return List.of(all.split(","));
  }

  /** Revocations on their way to the lists while the reaper works. */
  private void giveBack(List<String> used) {
    long until = System.currentTimeMillis() + DURING_SECONDS * 1000L;
    for (String one : used) {
      String[] both = one.split(" ");
      for (Member member : members) {
        if (member.name().equals(both[1]) && System.currentTimeMillis() < until) {
          site.wire().post(member, "/v1/grants/" + both[0] + "/end", "{}");
          pause();
        }
      }
    }
  }

  private void listed(long at, List<String> given) throws SQLException, InterruptedException {
    Thread.sleep(2000);
    if (given.isEmpty()) {
      return;
    }
    String[] seen = site.postgres().query(database, LISTED.formatted(at)).split(" ");
    site.add(
        new Figure(
            "revocations given back meanwhile, until on a list that is served (%s; p50, worst)"
                .formatted(seen[0]),
            "4/s",
            new double[] {Double.parseDouble(seen[1]), Double.parseDouble(seen[2])},
            seen[3].equals("0") ? "0" : seen[3] + " not listed",
            java.util.OptionalDouble.of(1000),
            ""));
    site.say(
        String.format(
            Locale.ROOT,
            "outbox: %s messages, %s waiting to be queued",
            site.postgres().query(database, "SELECT count(*) FROM outbox"),
            site.postgres().query(database, "SELECT count(*) FROM outbox WHERE NOT queued")));
  }

  private static void pause() {
    try {
      Thread.sleep(GIVE_BACK_EVERY_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleepUntil(long millis) throws InterruptedException {
    Thread.sleep(Math.max(0, millis - System.currentTimeMillis()));
  }
}
