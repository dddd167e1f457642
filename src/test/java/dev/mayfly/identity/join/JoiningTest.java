package dev.mayfly.identity.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.join.JoinTokens.Listed;
import dev.mayfly.identity.join.JoinTokens.Made;
import dev.mayfly.identity.join.JoinTokens.State;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyDocument;
import dev.mayfly.store.JoinTokenId;
import dev.mayfly.store.Page;
import dev.mayfly.store.TestDatabase;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Join tokens on a real database: one use, minutes of life, one identity. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JoiningTest {

  private static final String TILL = "spiffe://shop.test/storefront/till";
  private static final String OPERATOR = "spiffe://shop.test/people/operator";
  private static final Instant NOW = Instant.parse("2031-05-06T07:08:09Z");
  private static final Page.Request ALL = new Page.Request(100, Optional.empty());

  private final TestDatabase test = TestDatabase.fresh();
  private final JoinTokens tokens = new JoinTokens(test.database(), new AuditLog(CLOCK), CLOCK);
  private final Joining joining = node();
  private CompiledPolicy policy = policy("", "");

  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @BeforeAll
  void setUp() {
    test.useTestClock();
    test.setClock(NOW);
    test.execute(
        "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '1 day')");
  }

  @BeforeEach
  void startOver() {
    test.setClock(NOW);
    test.execute("DELETE FROM join_tokens; DELETE FROM audit_events");
  }

  @AfterAll
  void close() {
    test.close();
  }

  private Joining node() {
    return new Joining(test.database(), new AuditLog(CLOCK));
  }

  private static CompiledPolicy policy(String of, String instead) {
    try {
      String text = Files.readString(Path.of("keys-dev/policy.yaml")).replace(of, instead);
      return CompiledPolicy.of(
          PolicyDocument.judge(text, NOW).policy().orElseThrow(), "http://localhost:8480");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private static <T> T ok(Outcome<T> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<T>) outcome).value();
  }

  private static Refusal refused(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused<?>) outcome).refusal();
  }

  private Outcome<Made> make(String identity, Map<String, String> attributes, Duration ttl) {
    return await(
        tokens.make(
            new JoinRequest(identity, attributes, ttl, "new till", OPERATOR, "r-1"), policy));
  }

  private Made made() {
    return ok(make(TILL, Map.of("shop", "north-7"), JoinRequest.USUAL));
  }

  private Outcome<Proven> prove(String token) {
    return await(joining.prove(token, policy, "r-2"));
  }

  private Outcome<Proven> useUp(String token, Proven proven) {
    return await(joining.useUp(token, proven, policy, "r-2"));
  }

  private Listed listed(JoinTokenId id) {
    return await(tokens.list(Optional.of(TILL), Optional.empty(), ALL)).items().stream()
        .filter(one -> one.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private List<String> audit() {
    List<String> events = new ArrayList<>();
    try (var connection = test.connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT action, outcome, actor, cause FROM audit_events ORDER BY at, id")) {
      while (rows.next()) {
        events.add(
            rows.getString(1)
                + " "
                + rows.getString(2)
                + " by "
                + rows.getString(3)
                + ": "
                + rows.getString(4));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return events;
  }

  @Test
  void tokenProvesItsIdentityOnce() {
    Made made = made();
    assertThat(made.until()).isEqualTo(NOW.plus(Duration.ofMinutes(10)));
    Proven proven = ok(prove(made.token()));
    assertThat(proven.name()).isEqualTo(TILL);
    assertThat(proven.entry().id()).isEqualTo("till");
    assertThat(proven.attributes()).isEqualTo(Map.of("shop", "north-7"));
    assertThat(listed(made.id()).state()).as("looking uses nothing up").isEqualTo(State.LIVE);

    assertThat(ok(useUp(made.token(), proven)).name()).isEqualTo(TILL);
    assertThat(listed(made.id()).state()).isEqualTo(State.USED);
    assertThat(listed(made.id()).usedAt()).contains(NOW);
    assertThat(refused(useUp(made.token(), proven))).isInstanceOf(Refusal.BadGrant.class);
    assertThat(refused(prove(made.token()))).isInstanceOf(Refusal.BadGrant.class);
  }

  /** Rule 8: one event each; a dead token shown often is told of once. */
  @Test
  void auditTellsWhatBecameOfAToken() {
    Made made = made();
    useUp(made.token(), ok(prove(made.token())));
    prove(made.token());
    prove(made.token());
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "join-token.create SUCCESS by " + OPERATOR + ": new till",
            "join-token.use SUCCESS by " + TILL + ": shown by an instance",
            "join-token.refuse DENIED by system:identity: was used before");
    assertThat(test.count("SELECT count(*) FROM audit_events WHERE request_id IN ('r-1', 'r-2')"))
        .isEqualTo(3);
    assertThat(
            test.count(
                "SELECT count(*) FROM audit_events a WHERE a::text LIKE '%" + made.token() + "%'"))
        .isZero();
  }

  @Test
  void oneOfTwoNodesWins_whenBothAreShownTheToken() {
    Made made = made();
    Proven proven = ok(prove(made.token()));
    List<Joining> nodes = List.of(joining, node());
    List<Outcome<Proven>> outcomes =
        await(
            Multi.createFrom()
                .range(0, 8)
                .onItem()
                .transformToUni(i -> nodes.get(i % 2).useUp(made.token(), proven, policy, "r-" + i))
                .merge(8)
                .collect()
                .asList());
    assertThat(outcomes).filteredOn(o -> o instanceof Outcome.Ok<Proven>).hasSize(1);
    assertThat(audit()).filteredOn(event -> event.startsWith("join-token.use")).hasSize(1);
  }

  /** Rules 3 and 4: its last second is before its end, by the database's clock. */
  @Test
  void tokenIsDeadFromItsEnd() {
    Made made = made();
    test.setClock(made.until().minusMillis(1));
    Proven proven = ok(prove(made.token()));
    test.setClock(made.until());
    assertThat(refused(prove(made.token())).why()).contains("has expired");
    refused(useUp(made.token(), proven));
    assertThat(listed(made.id()).state()).isEqualTo(State.EXPIRED);
    assertThat(listed(made.id()).refusedAt()).contains(made.until());
  }

  @Test
  void withdrawnTokenProvesNothing_evenWhenItWasLookedAtBefore() {
    Made made = made();
    Proven proven = ok(prove(made.token()));
    ok(await(tokens.withdraw(made.id(), OPERATOR, "wrong till", 1, "r-3")));
    refused(useUp(made.token(), proven));
    assertThat(refused(prove(made.token())).why()).contains("was withdrawn");
    assertThat(listed(made.id()).state()).isEqualTo(State.WITHDRAWN);
    assertThat(audit()).contains("join-token.withdraw SUCCESS by " + OPERATOR + ": wrong till");
    assertThat(refused(await(tokens.withdraw(made.id(), OPERATOR, "again", 1, "r-4"))))
        .isInstanceOf(Refusal.Conflict.class);
  }

  @Test
  void usedTokenIsNotWithdrawn_andAnUnknownOneIsNotThere() {
    Made made = made();
    useUp(made.token(), ok(prove(made.token())));
    assertThat(refused(await(tokens.withdraw(made.id(), OPERATOR, "late", 1, "r-3"))))
        .isInstanceOf(Refusal.Conflict.class);
    JoinTokenId none = JoinTokenId.of("019b0000-0000-7000-8000-000000000000");
    assertThat(refused(await(tokens.withdraw(none, OPERATOR, "why", 1, "r-3"))))
        .isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void databaseHoldsTheHashOnly_of256Bits() {
    Made made = made();
    assertThat(made.token()).hasSize(43);
    assertThat(made.toString()).doesNotContain(made.token());
    assertThat(
            test.count(
                "SELECT count(*) FROM join_tokens t WHERE octet_length(hash) = 32 AND t::text NOT LIKE '%"
                    + made.token()
                    + "%'"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "nothing-of-ours", "a.b.c"})
  void strangersTokenLeavesNoTrace(String token) {
    assertThat(refused(prove(token))).isInstanceOf(Refusal.BadGrant.class);
    assertThat(refused(prove(token + "x".repeat(10_000)))).isInstanceOf(Refusal.BadGrant.class);
    assertThat(audit()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "spiffe://shop.test/storefront/checkout, 600",
    "spiffe://shop.test/storefront/nobody, 600",
    "till, 600",
    TILL + ", 0",
    TILL + ", 9",
    TILL + ", 3601",
  })
  void nothingIsMade_forWhoDoesNotJoinOrForLongerThanAnHour(String identity, long seconds) {
    assertThat(refused(make(identity, Map.of(), Duration.ofSeconds(seconds))))
        .isInstanceOf(Refusal.Malformed.class);
    assertThat(audit()).isEmpty();
    assertThat(test.count("SELECT count(*) FROM join_tokens")).isZero();
  }

  @Test
  void exactlyAnHourWillDo() {
    assertThat(ok(make(TILL, Map.of(), Duration.ofHours(1))).until())
        .isEqualTo(NOW.plus(Duration.ofHours(1)));
  }

  @Test
  void attributeIsOneThatThePolicyNames() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("groups", "sre"),
            Map.of("shop", ""),
            Map.of("shop", "a\u0000b"),
            Map.of("shop", "x".repeat(256)))) {
      assertThat(refused(make(TILL, wrong, JoinRequest.USUAL)))
          .isInstanceOf(Refusal.Malformed.class);
    }
  }

  /** The policy that decides is the one of the moment in which the token is shown. */
  @Test
  void tokenIsRefused_whenThePolicyHasChangedItsMind() {
    Made made = made();
    policy = policy("attributes: [shop]", "attributes: [counter]");
    assertThat(refused(prove(made.token())).why()).contains("attribute");
    policy = policy("spiffe-id: " + TILL, "spiffe-id: spiffe://shop.test/storefront/robot");
    assertThat(refused(prove(made.token())).why()).contains("does not join");
    policy = policy("", "");
    ok(prove(made.token()));
  }
}
