package dev.mayfly.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Meeting;
import dev.mayfly.store.RevocationId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RevocationsTest {

  private static RevocationWorld world;
  private static ListId list;
  private static int nextIndex;

  @BeforeAll
  static void open() {
    world = new RevocationWorld();
    list = world.list(4096);
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @Test
  void credentialIsRevoked_withOneAuditEventAndOneOutboxEvent() {
    GrantId grant = world.grant(world.identity());
    CredentialId credential = credential(grant);

    Revocation revocation = world.revoked(new Target.Credential(credential));

    assertThat(
            world.ask(
                "SELECT revoked_at IS NOT NULL FROM credentials WHERE id = '" + credential + "'"))
        .isEqualTo("t");
    assertThat(auditOf("credential:" + credential))
        .isEqualTo("credential.revoke SUCCESS " + RevocationWorld.ACTOR + " request-1 " + grant);
    assertThat(world.ask("SELECT count(*) FROM outbox WHERE key = 'credential:" + credential + "'"))
        .isEqualTo("1");
    assertThat(world.ask("SELECT state FROM grants WHERE id = '" + grant + "'"))
        .isEqualTo("ACTIVE");
    assertThat(RevocationWorld.get(world.revocations().find(revocation.id()))).contains(revocation);
  }

  /** As the ledger takes them (docs/decisions/0001), whatever the clocks of two nodes say. */
  @Test
  void grantsOfAnIdentityAreTakenInTheOrderInWhichTheyWereMade() throws SQLException {
    IdentityId identity = world.identity();
    UUID first = withId(new UUID(-1, Long.MIN_VALUE), world.grant(identity));
    UUID second = withId(new UUID(1, Long.MIN_VALUE), world.grant(identity));
    new Meeting(world.test())
        .at(
            Meeting.grant(first),
            Meeting.grant(second),
            world
                .revocations()
                .revoke(
                    new RevocationRequest(
                        new Target.Identity(identity), "gone", RevocationWorld.ACTOR, "")));
    assertThat(
            world.ask(
                "SELECT string_agg(state, ' ') FROM grants WHERE identity_id = '" + identity + "'"))
        .isEqualTo("REVOKED REVOKED");
  }

  private static UUID withId(UUID id, GrantId grant) {
    world.test().execute("UPDATE grants SET id = '%s' WHERE id = '%s'".formatted(id, grant));
    return id;
  }

  @Test
  void grantIsRevoked_andStaysSo() {
    GrantId grant = world.grant(world.identity());

    world.revoked(new Target.Grant(grant));

    assertThat(
            world.ask(
                "SELECT state || ' ' || cause || ' ' || (ended_at IS NOT NULL) FROM grants WHERE id = '"
                    + grant
                    + "'"))
        .isEqualTo("REVOKED a test says so true");
    assertThat(auditOf("grant:" + grant)).startsWith("grant.revoke SUCCESS");
  }

  /** Design section 5: leaving ACTIVE revokes its grants in the same transaction. */
  @Test
  void identityIsSuspended_andEveryLiveGrantEndsWithItsOwnAuditEvent() {
    IdentityId identity = world.identity();
    GrantId one = world.grant(identity);
    GrantId two = world.grant(identity);
    GrantId others = world.grant(world.identity());

    world.revoked(new Target.Identity(identity));

    assertThat(world.ask("SELECT state FROM identities WHERE id = '" + identity + "'"))
        .isEqualTo("SUSPENDED");
    assertThat(
            world.ask(
                "SELECT count(*) FROM grants WHERE state = 'REVOKED' AND identity_id = '"
                    + identity
                    + "'"))
        .isEqualTo("2");
    assertThat(auditOf("identity:" + identity)).startsWith("identity.suspend SUCCESS");
    assertThat(auditOf("grant:" + one)).startsWith("grant.revoke SUCCESS");
    assertThat(auditOf("grant:" + two)).startsWith("grant.revoke SUCCESS");
    assertThat(world.ask("SELECT state FROM grants WHERE id = '" + others + "'"))
        .isEqualTo("ACTIVE");
  }

  @Test
  void firstRevocationIsTheAnswer_whenRevokedAgain() {
    IdentityId identity = world.identity();
    GrantId grant = world.grant(identity);
    CredentialId credential = credential(grant);
    for (Target target :
        new Target[] {
          new Target.Credential(credential), new Target.Grant(grant), new Target.Identity(identity)
        }) {
      Revocation first = world.revoked(target);
      assertThat(world.revoked(target)).isEqualTo(first);
      assertThat(
              world.ask(
                  "SELECT count(*) FROM revocations WHERE target = '" + target.subject() + "'"))
          .isEqualTo("1");
    }
  }

  @Test
  void onlyOneRevocationIsRecorded_whenManyRevokeAtOnce() {
    IdentityId identity = world.identity();
    GrantId grant = world.grant(identity);
    world.grant(identity);
    Target byGrant = new Target.Grant(grant);
    Target byIdentity = new Target.Identity(identity);
    var all =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    world
                        .revocations()
                        .revoke(
                            new RevocationRequest(i % 2 == 0 ? byGrant : byIdentity, "r", "a", "")))
            .toList();
    RevocationWorld.get(Uni.join().all(all).andFailFast());
    assertThat(
            world.ask(
                "SELECT count(*) FROM revocations WHERE target = '" + byIdentity.subject() + "'"))
        .isEqualTo("1");
    assertThat(
            world.ask(
                "SELECT count(*) FROM audit_events WHERE subject = '" + byGrant.subject() + "'"))
        .describedAs("rule 8: one change of state, one event")
        .isEqualTo("1");
  }

  /** Never activated, so nothing was minted under it; it is revoked all the same. */
  @Test
  void approvedGrantIsRevoked_withOneAuditEvent() {
    GrantId grant = world.grant(world.identity());
    world
        .test()
        .execute(
            "UPDATE grants SET state = 'APPROVED', activated_at = NULL, expires_at = NULL WHERE id = '"
                + grant
                + "'");

    Revocation first = world.revoked(new Target.Grant(grant));

    assertThat(world.revoked(new Target.Grant(grant))).isEqualTo(first);
    assertThat(auditOf("grant:" + grant))
        .isEqualTo("grant.revoke SUCCESS " + RevocationWorld.ACTOR + " request-1 " + grant);
  }

  @Test
  void nothingIsFound_whenTheTargetDoesNotExist() {
    var clock = InstantSource.system();
    assertRefused(
        new Target.Credential(new CredentialId(Uuids.next(clock))), Refusal.NotFound.class);
    assertRefused(new Target.Grant(new GrantId(Uuids.next(clock))), Refusal.NotFound.class);
    assertRefused(new Target.Identity(new IdentityId(Uuids.next(clock))), Refusal.NotFound.class);
    assertThat(RevocationWorld.get(world.revocations().find(new RevocationId(Uuids.next(clock)))))
        .isEmpty();
  }

  @Test
  void revocationIsRefused_whenItIsTooLateOrHasNoReason() {
    GrantId grant = world.grant(world.identity());
    world
        .test()
        .execute(
            "UPDATE grants SET state = 'EXPIRED', ended_at = mayfly_now() WHERE id = '"
                + grant
                + "'");
    assertRefused(new Target.Grant(grant), Refusal.Conflict.class);

    for (String reason : new String[] {"", "  ", "x".repeat(501)}) {
      assertThat(
              RevocationWorld.get(
                  world
                      .revocations()
                      .revoke(new RevocationRequest(new Target.Grant(grant), reason, "a", ""))))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused -> assertThat(refused.refusal()).isInstanceOf(Refusal.Malformed.class));
    }
  }

  @Test
  void ownerRevokes_onlyItsOwnLiveCredential() {
    IdentityId owner = world.identity();
    IdentityId stranger = world.identity();
    CredentialId credential = credential(world.grant(owner));

    RevocationWorld.get(world.revocations().revokeOwn(credential, stranger, "spiffe://test/s", ""));
    assertThat(isRevoked(credential)).isFalse();

    RevocationWorld.get(world.revocations().revokeOwn(credential, owner, "spiffe://test/o", ""));
    RevocationWorld.get(world.revocations().revokeOwn(credential, owner, "spiffe://test/o", ""));
    assertThat(isRevoked(credential)).isTrue();
    assertThat(
            world.ask(
                "SELECT count(*) FROM revocations WHERE target = 'credential:" + credential + "'"))
        .isEqualTo("1");

    var unknown = new CredentialId(Uuids.next(() -> Instant.EPOCH));
    RevocationWorld.get(world.revocations().revokeOwn(unknown, owner, "spiffe://test/o", ""));
  }

  @Test
  void targetIsRead_onlyInItsCanonicalForm() {
    assertThat(Target.parse("grant", "0199a7c2-7d1e-7000-8000-000000000001", false))
        .isInstanceOf(Outcome.Ok.class);
    assertThat(Target.parse("key", "k".repeat(43), false)).isInstanceOf(Outcome.Ok.class);
    for (String[] bad :
        new String[][] {
          {"role", "x"},
          {"GRANT", "0199a7c2-7d1e-7000-8000-000000000001"},
          {"grant", "1-1-1-1-1"},
          {"grant", "0199a7c2-7d1e-7000-8000-000000000001'--"},
          {"identity", "spiffe://test/x"},
          {"key", "k".repeat(42)},
          {"key", "k".repeat(42) + "="},
          {"credential", ""}
        }) {
      assertThat(Target.parse(bad[0], bad[1], false))
          .describedAs(bad[0] + " " + bad[1])
          .isInstanceOf(Outcome.Refused.class);
    }
  }

  private static void assertRefused(Target target, Class<? extends Refusal> refusal) {
    assertThat(world.revoke(target))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.refusal()).isInstanceOf(refusal));
    assertThat(
            world.ask("SELECT count(*) FROM revocations WHERE target = '" + target.subject() + "'"))
        .isEqualTo("0");
  }

  private static CredentialId credential(GrantId grant) {
    return world.credential(grant, list, nextIndex++);
  }

  private static boolean isRevoked(CredentialId credential) {
    return "t"
        .equals(
            world.ask(
                "SELECT revoked_at IS NOT NULL FROM credentials WHERE id = '" + credential + "'"));
  }

  private static String auditOf(String subject) {
    return world.ask(
        "SELECT string_agg(concat_ws(' ', action, outcome, actor, request_id, grant_id), '|') FROM audit_events"
            + " WHERE subject = '"
            + subject
            + "'");
  }
}
