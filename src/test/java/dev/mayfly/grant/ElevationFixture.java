package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.grant.check.CheckConfig;
import dev.mayfly.grant.check.Checks;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Finding;
import dev.mayfly.policy.PolicyDocument;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.Page;
import dev.mayfly.store.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * People, a policy and everything that decides about them, on a real database with a test clock.
 */
final class ElevationFixture implements AutoCloseable {

  static final Instant START = Instant.parse("2030-01-01T12:00:00Z");
  static final Duration LIMIT = Duration.ofSeconds(20);

  private final TestDatabase test = TestDatabase.fresh();
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;
  private CompiledPolicy policy = compile(text());
  private Checks checks = checks(Map.of());

  ElevationFixture() {
    test.useTestClock();
    at(START);
    test.execute(
        """
        INSERT INTO policy_versions VALUES (1, '', '', mayfly_now(), 'test');
        INSERT INTO policy_active (version) VALUES (1);
        SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '7 days');
        SELECT mayfly_make_partitions('outbox', interval '1 day', interval '7 days');
        """);
  }

  /** The database's clock and the node's. */
  void at(Instant instant) {
    now.set(instant);
    test.setClock(instant);
  }

  void pass(Duration time) {
    at(now.get().plus(time));
  }

  Instant now() {
    return now.get();
  }

  TestDatabase test() {
    return test;
  }

  CompiledPolicy policy() {
    return policy;
  }

  /** Makes the policy of the test file say something else, from now on. */
  void policySays(String instead, String of) {
    policy = compile(text().replace(of, instead));
  }

  private static String text() {
    try {
      return Files.readString(Path.of("src/test/resources/elevation/policy.yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompiledPolicy compile(String text) {
    PolicyDocument.Judged judged = PolicyDocument.judge(text, START);
    List<Finding> errors = judged.findings().stream().filter(Finding::isError).toList();
    if (!errors.isEmpty()) {
      throw new IllegalStateException(errors.toString());
    }
    return CompiledPolicy.of(judged.policy().orElseThrow(), "https://broker.acme.example");
  }

  /** By the clock that decides. */
  OffsetDateTime databaseNow() {
    return await(database().run("SELECT mayfly_now() AS now"))
        .iterator()
        .next()
        .getOffsetDateTime("now");
  }

  /** Somebody who has just logged in, in these groups beside {@code staff}. */
  Person person(String name, String... groups) {
    return people().person(name, groups);
  }

  /** For tests of what happens days later. */
  Person staysLoggedIn(Person person) {
    return people().staysLoggedIn(person);
  }

  /** The provider now says that they are in these groups. */
  Person regroup(Person person, String... groups) {
    return people().regroup(person, groups);
  }

  private FixturePeople people() {
    return new FixturePeople(test, policy, now.get());
  }

  static Wish wish(String role) {
    return wish(role, Map.of("table", "orders"));
  }

  static Wish wish(String role, Map<String, Object> inputs) {
    return new Wish(
        role,
        Optional.of(Duration.ofMinutes(30)),
        "the pager went off",
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        List.of(),
        Optional.empty(),
        role.equals("database") ? inputs : Map.of(),
        Map.of());
  }

  Outcome<Grant> request(Person person, Wish wish) {
    return await(elevations().request(asking(person), List.of(wish)))
        .then(grants -> Outcome.ok(grants.getFirst()));
  }

  Grant requested(Person person, String role) {
    return value(request(person, wish(role)));
  }

  /** Everything that waits for their word, as far as one page of the longest goes. */
  List<Inbox.Item> toDecide(Person person) {
    return await(
            new Inbox(database()).toDecide(person, policy, new Page.Request(200, Optional.empty())))
        .items();
  }

  Outcome<Grant> approve(Grant grant, Person by) {
    return await(approvals().approve(grant.id(), deciding(by)))
        .then(decided -> Outcome.ok(decided.grant()));
  }

  Outcome<Grant> deny(Grant grant, Person by) {
    return await(approvals().deny(grant.id(), deciding(by)))
        .then(decided -> Outcome.ok(decided.grant()));
  }

  Outcome<Grant> activate(Grant grant, Person by) {
    return await(activations().activate(grant.id(), by, policy, ""));
  }

  Elevations.Asking asking(Person person) {
    return new Elevations.Asking(person, person, policy, Elevations.Manner.ORDINARY, "");
  }

  Approvals.Deciding deciding(Person by) {
    return new Approvals.Deciding(by, "fine", policy, "");
  }

  Elevations elevations() {
    Filing filing = new Filing(new GrantRequests(clock, config()), machine(), activations(), clock);
    return new Elevations(database(), wishes(), facts(), filing, activations(), clock);
  }

  Extensions extensions() {
    Filing filing = new Filing(new GrantRequests(clock, config()), machine(), activations(), clock);
    return new Extensions(database(), wishes(), filing, activations());
  }

  private Wishes wishes() {
    return new Wishes(checks, clock);
  }

  private GrantFacts facts() {
    return new GrantFacts(database(), checks);
  }

  ScheduledStarts scheduledStarts() {
    return new ScheduledStarts(
        database(), facts(), new DueStarts(machine()), this::policy, config());
  }

  Delegations delegations() {
    Filing filing = new Filing(new GrantRequests(clock, config()), machine(), activations(), clock);
    return new Delegations(
        database(),
        new Identities(database(), new AuditLog(clock), clock, IdentityLimits.defaults()),
        new AgentWishes(database(), wishes(), facts()),
        filing,
        activations());
  }

  /** What somebody asks for the helper. */
  Outcome<Grant> delegate(Person person, Wish wish, String task) {
    return await(delegations().request(asking(person), helper(task), wish));
  }

  Delegations.Named helper(String task) {
    return new Delegations.Named(value(policy.agent("helper")), task);
  }

  LiveDelegations liveDelegations() {
    return new LiveDelegations(database(), machine(), clock);
  }

  Approvals approvals() {
    return new Approvals(database(), machine(), new AuditLog(clock), facts());
  }

  Activations activations() {
    return new Activations(database(), machine(), facts());
  }

  Endings endings() {
    return new Endings(database(), machine());
  }

  Reviews reviews() {
    return new Reviews(database(), clock);
  }

  GrantReaper reaper() {
    return new GrantReaper(
        database(), machine(), new DueStarts(machine()), this::policy, Clock.systemUTC(), config());
  }

  GrantMachine machine() {
    return new GrantMachine(Clock.systemUTC(), config());
  }

  Database database() {
    return test.database();
  }

  /** The state as its row says. */
  String state(Grant grant) {
    return text("SELECT state FROM grants WHERE id = '%s'".formatted(grant.id()));
  }

  /** The one text that a query gives. */
  String text(String sql) {
    try (var connection = test.connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T await(Uni<T> coming) {
    return coming.await().atMost(LIMIT);
  }

  static <T> T value(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Ok<T>(T value) -> value;
      case Outcome.Refused<T>(Refusal refusal) ->
          throw new AssertionError(refusal.code() + ": " + refusal.why());
    };
  }

  static String code(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(Refusal refusal) ? refusal.code() : "ok";
  }

  /** From now on checks are asked with these settings, by their full names. */
  void checkSettings(Map<String, String> settings) {
    checks = checks(settings);
  }

  private Checks checks(Map<String, String> settings) {
    CheckConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withSources(new PropertiesConfigSource(settings, "test", 500))
            .withMapping(CheckConfig.class)
            .build()
            .getConfigMapping(CheckConfig.class);
    return new Checks(config, test.vertx(), clock, new SimpleMeterRegistry());
  }

  private static GrantConfig config() {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(GrantConfig.class)
        .build()
        .getConfigMapping(GrantConfig.class);
  }

  @Override
  public void close() {
    test.close();
  }
}
