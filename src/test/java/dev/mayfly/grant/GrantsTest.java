package dev.mayfly.grant;

import static dev.mayfly.credential.LedgerFixture.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.LedgerFixture;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Entitlement;
import dev.mayfly.policy.Risk;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.SenderConstraint;
import dev.mayfly.store.GrantId;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration TTL = Duration.ofMinutes(5);
  private static final Duration LENGTH = Duration.ofHours(1);
  private static final Instant AUTHORITY_ENDS = START.plus(Duration.ofHours(3));

  private final LedgerFixture fixture = new LedgerFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void grantIsMadeOnce_whenManyNodesNeedItAtOnce_rule8() {
    List<Outcome<GrantId>> all =
        Uni.join()
            .all(IntStream.range(0, 30).mapToObj(i -> ensureUni(1)).toList())
            .andFailFast()
            .await()
            .atMost(LIMIT);

    assertThat(all).allMatch(o -> o instanceof Outcome.Ok).containsOnly(all.getFirst());
    assertThat(fixture.count("SELECT count(*) FROM grants")).isEqualTo(1);
    assertThat(fixture.count("SELECT count(*) FROM audit_events WHERE action = 'grant.activate'"))
        .isEqualTo(1);
  }

  @Test
  void grantIsRenewedNearItsEnd_butNeverPastItsAuthority_rule4() {
    GrantId grant = ok(ensure(1));
    assertThat(expiry(grant)).isEqualTo(START.plus(LENGTH));

    fixture.test().setClock(START.plus(Duration.ofMinutes(58)));
    assertThat(ok(ensure(1))).isEqualTo(grant);
    assertThat(expiry(grant)).isEqualTo(START.plus(Duration.ofMinutes(58)).plus(LENGTH));

    fixture.test().setClock(START.plus(Duration.ofMinutes(117)));
    ensure(1);
    fixture.test().setClock(START.plus(Duration.ofMinutes(174)));
    ensure(1);
    assertThat(expiry(grant)).isEqualTo(AUTHORITY_ENDS);

    fixture.test().setClock(AUTHORITY_ENDS);
    assertThat(code(ensure(1))).isEqualTo("entitlement-ended");
  }

  @Test
  void grantIsLeftAlone_whenItIsLongEnoughAlready() {
    GrantId grant = ok(ensure(1));
    fixture.test().setClock(START.plus(Duration.ofMinutes(10)));
    ensure(1);

    assertThat(expiry(grant)).isEqualTo(START.plus(LENGTH));
    assertThat(fixture.count("SELECT count(*) FROM audit_events WHERE action = 'grant.renew'"))
        .isZero();
  }

  @Test
  void grantOfManyDaysIsThatLongToTheSecond_whateverTheCalendar_rule4() {
    Duration length = Duration.ofDays(31).plusSeconds(5);
    GrantId grant =
        ok(ensureUni(1, length, START.plus(Duration.ofDays(400))).await().atMost(LIMIT));

    assertThat(expiry(grant)).isEqualTo(START.plus(length));
  }

  @Test
  void newGrantIsMade_whenTheOldOneRanOutAndNoReaperSawIt() {
    GrantId old = ok(ensure(1));
    fixture.test().setClock(START.plus(LENGTH));

    assertThat(ok(ensure(1))).isNotEqualTo(old);
    assertThat(
            fixture.count(
                "SELECT count(*) FROM grants WHERE state = 'EXPIRED' AND id = '" + old + "'"))
        .isEqualTo(1);
  }

  @Test
  void nothingIsMade_whenTheIdentityIsSuspendedOrPastItsReview() {
    fixture.test().execute("UPDATE identities SET state = 'SUSPENDED'");
    assertThat(code(ensure(1))).isEqualTo("identity-inactive");

    fixture.test().execute("UPDATE identities SET state = 'ACTIVE', mint_until = mayfly_now()");
    assertThat(code(ensure(1))).isEqualTo("identity-inactive");
    assertThat(fixture.count("SELECT count(*) FROM grants")).isZero();
  }

  @Test
  void callerIsToldToDecideAgain_whenAnotherPolicyVersionIsActive() {
    assertThat(code(ensure(2))).isEqualTo("policy-changed");
  }

  @Test
  void revokedGrantStaysAway_untilALaterPolicyVersionGivesItBack() {
    GrantId grant = ok(ensure(1));
    var operator = new Because("spiffe://acme.example/people/operator", "leaked", "");
    fixture
        .test()
        .database()
        .inTransaction(tx -> machine().move(tx, grant, Move.REVOKE, operator))
        .await()
        .atMost(LIMIT);

    assertThat(code(ensure(1))).isEqualTo("grant-revoked");

    fixture
        .test()
        .execute(
            """
            INSERT INTO policy_versions VALUES (2, '', '', mayfly_now(), 'test');
            UPDATE policy_active SET version = 2
            """);
    assertThat(ok(ensure(2))).isNotEqualTo(grant);
  }

  private Outcome<GrantId> ensure(long policyVersion) {
    return ensureUni(policyVersion).await().atMost(LIMIT);
  }

  private Uni<Outcome<GrantId>> ensureUni(long policyVersion) {
    return ensureUni(policyVersion, LENGTH, AUTHORITY_ENDS);
  }

  private Uni<Outcome<GrantId>> ensureUni(long policyVersion, Duration length, Instant ends) {
    Grants grants = new Grants(fixture.test().database(), machine(), Clock.systemUTC());
    Role role =
        new Role(
            "orders-reader",
            "team-orders",
            "",
            Set.of("https://orders.acme.example"),
            Set.of("orders:read"),
            TTL,
            length,
            "ES256",
            Set.of("production"),
            Optional.empty(),
            false,
            Risk.MEDIUM,
            SenderConstraint.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Allowed allowed =
        new Allowed(
            role,
            new Entitlement(
                role.id(),
                "checkout",
                Entitlement.Type.STANDING,
                ends,
                Optional.empty(),
                Optional.empty(),
                Set.of()),
            role.audiences(),
            role.scopes(),
            TTL,
            length,
            ends);
    return grants.ensureStanding(
        fixture.identity(), "spiffe://acme.example/shop/checkout", allowed, policyVersion, "r");
  }

  private Instant expiry(GrantId grant) {
    return Instant.ofEpochSecond(
        fixture.count(
            "SELECT extract(epoch FROM expires_at)::bigint FROM grants WHERE id = '"
                + grant
                + "'"));
  }

  private static GrantMachine machine() {
    return new GrantMachine(
        Clock.systemUTC(),
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(GrantConfig.class)
            .build()
            .getConfigMapping(GrantConfig.class));
  }

  private static GrantId ok(Outcome<GrantId> outcome) {
    return ((Outcome.Ok<GrantId>) outcome).value();
  }

  private static String code(Outcome<GrantId> outcome) {
    Refusal refusal = ((Outcome.Refused<GrantId>) outcome).refusal();
    return refusal.code();
  }
}
