package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ListKind;
import dev.mayfly.revocation.Revocation;
import dev.mayfly.revocation.RevocationWorld;
import dev.mayfly.revocation.Target;
import dev.mayfly.revocation.list.ListWorld.Opened;
import dev.mayfly.revocation.list.ListWorld.TestNode;
import dev.mayfly.revocation.statuslist.StatusList;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Uuids;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublisherTest {

  private RevocationWorld world;
  private TestNode node;

  @BeforeEach
  void open() {
    world = new RevocationWorld();
    node = new TestNode(world);
  }

  @AfterEach
  void close() {
    node.close();
    world.close();
  }

  @Test
  void listIsSigned_asTheStandardSays() {
    ListId id = world.list(1024);
    publish();

    ServedList served = serve(id);
    Opened opened = Opened.of(served);
    assertThat(opened.header().getString("typ")).isEqualTo("statuslist+jwt");
    assertThat(opened.header().getString("alg")).isEqualTo("ES256");
    assertThat(opened.header().getString("kid")).isEqualTo("l".repeat(43));
    assertThat(opened.claims().getString("sub")).isEqualTo(uri(id));
    assertThat(opened.claims().getLong("exp") - opened.claims().getLong("iat")).isEqualTo(3600);
    assertThat(opened.claims().getLong("ttl")).isEqualTo(1);
    assertThat(opened.list().size()).isEqualTo(1024);
    assertThat(invalid(opened.list())).isEmpty();
    assertThat(served.etag()).matches("\"[A-Za-z0-9_-]{22}\"");
    assertThat(node.lists.aggregate()).containsExactly(uri(id));
  }

  @Test
  void everyScopeIsListed_andNobodyElse() {
    IdentityId identity = world.identity();
    GrantId one = world.grant(identity);
    GrantId two = world.grant(identity);
    GrantId other = world.grant(world.identity());
    GrantId third = world.grant(world.identity());
    ListId list = world.list(1024);
    ListId second = world.list(1024);
    CredentialId alone = world.credential(other, list, 1);
    world.credential(other, list, 2);
    world.credential(third, list, 30);
    world.credential(third, second, 31);
    world.credential(one, list, 400);
    world.credential(two, second, 401);

    world.revoked(new Target.Credential(alone));
    world.revoked(new Target.Grant(third));
    world.revoked(new Target.Identity(identity));
    publish();

    assertThat(invalid(list)).containsExactly(1, 30, 400);
    assertThat(invalid(second)).containsExactly(31, 401);
    assertThat(world.ask("SELECT count(*) FROM revocations WHERE listed_seq IS NULL"))
        .isEqualTo("0");
  }

  @Test
  void everythingAKeySigned_isListedWhenTheKeyIsRevoked() {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    world.credential(grant, list, 7);
    world.revoked(new Target.Key(world.key));
    assertThat(world.revoked(new Target.Key(world.key))).isNotNull();
    publish();
    assertThat(invalid(list)).containsExactly(7);
  }

  /** What a compromised key has signed is not to be believed, lists no less. */
  @Test
  void everyLiveListIsSignedAnew_whenTheListKeyIsRevoked() {
    ListId list = world.list(64);
    publish();
    String before = serve(list).etag();
    world.revoked(new Target.Key(world.listKey));
    assertThat(RevocationWorld.get(node.publisher.publish()))
        .describedAs("the tainted key signs nothing more")
        .isEqualTo(Publisher.Result.NO_KEY);
    world
        .test()
        .execute("UPDATE signing_keys SET state = 'ACTIVE' WHERE kid = '" + world.listKey + "'");
    publish();
    assertThat(serve(list).etag()).isNotEqualTo(before);
  }

  /** Rule 6. */
  @Test
  void entryStaysInvalid_whenTheListIsPublishedAgain() {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    world.revoked(new Target.Credential(world.credential(grant, list, 3)));
    publish();
    world.revoked(new Target.Credential(world.credential(grant, list, 9)));
    publish();
    world.test().execute("UPDATE lists SET expires_at = mayfly_now()");
    RevocationWorld.get(node.publisher.renew());
    assertThat(invalid(list)).containsExactly(3, 9);
  }

  /**
   * After the identity is resumed its new grants are its own, however late the old news is listed.
   */
  @Test
  void newGrantIsNotListed_whenTheIdentityWasResumedBeforePublication() {
    IdentityId identity = world.identity();
    GrantId old = world.grant(identity);
    ListId list = world.list(64);
    world.credential(old, list, 1);
    world.revoked(new Target.Identity(identity));
    world.test().execute("UPDATE identities SET state = 'ACTIVE' WHERE id = '" + identity + "'");
    world.credential(world.grant(identity), list, 2);
    publish();
    assertThat(invalid(list)).containsExactly(1);
  }

  /**
   * Rule 3 from the other side: a mint that is in flight holds its grant, so its revocation waits,
   * and what was minted is on the list.
   */
  @Test
  void mintInFlight_isListedWhenItCommitsBeforeTheRevocation() throws Exception {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    CredentialId minted = new CredentialId(Uuids.next(world.clock()));
    try (Connection mint = world.test().connect()) {
      mint.setAutoCommit(false);
      mint.createStatement()
          .execute(
              "SELECT id FROM grants WHERE id = '" + grant + "' AND state = 'ACTIVE' FOR SHARE");
      mint.createStatement().execute(world.insertCredential(minted, grant, list, 5));

      var revocation =
          world
              .revocations()
              .revoke(
                  new dev.mayfly.revocation.RevocationRequest(
                      new Target.Grant(grant), "r", "a", ""))
              .subscribeAsCompletionStage();
      awaitLockWaiter();
      assertThat(revocation).isNotDone();
      mint.commit();
      revocation.get(10, java.util.concurrent.TimeUnit.SECONDS);
    }
    publish();
    assertThat(invalid(list)).containsExactly(5);
  }

  @Test
  void mintFails_whenTheRevocationCommitsFirst() throws Exception {
    GrantId grant = world.grant(world.identity());
    world.revoked(new Target.Grant(grant));
    try (Connection mint = world.test().connect()) {
      var live =
          mint.createStatement()
              .executeQuery(
                  "SELECT id FROM grants WHERE id = '"
                      + grant
                      + "' AND state = 'ACTIVE' FOR SHARE");
      assertThat(live.next()).isFalse();
    }
  }

  /**
   * Rules 6 and 7: one list is issued after the last credential's end, runs out, and only then it
   * goes.
   */
  @Test
  void listRetires_whenTheListIssuedAfterItsEndHasRunOut() {
    world.test().useTestClock();
    Instant start = Instant.parse("2031-01-01T00:00:00Z");
    world
        .test()
        .execute(
            "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '7 days')");
    at(start);
    world
        .test()
        .execute(
            "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '7 days')");
    ListId id = world.list(64, "20 minutes");
    publish();
    assertThat(serve(id).expiresAt()).isEqualTo(start.plus(Duration.ofHours(1)));

    at(start.plus(Duration.ofMinutes(19)));
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.NOTHING);

    Instant end = start.plus(Duration.ofMinutes(20));
    at(end);
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.PUBLISHED);
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.NOTHING);
    assertThat(serve(id).signedAt()).isEqualTo(end);

    at(end.plus(Duration.ofMinutes(59)));
    RevocationWorld.get(node.publisher.renew());
    assertThat(serve(id).signedAt()).isEqualTo(end);

    at(end.plus(Duration.ofMinutes(60)));
    // Somebody asks before the reaper comes: that must not keep the list alive.
    assertRefused(id, Refusal.NotFound.class);
    RevocationWorld.get(node.publisher.renew());
    assertRefused(id, Refusal.NotFound.class);
    assertThat(node.lists.aggregate()).isEmpty();
    assertThat(world.ask("SELECT count(*) FROM audit_events WHERE action = 'list.retire'"))
        .isEqualTo("1");
  }

  /** Rule 7. */
  @Test
  void listIsSignedAnew_whenItIsNearItsEndAndWhenSomebodyAsksPastIt() {
    world.test().useTestClock();
    Instant start = Instant.parse("2031-01-01T00:00:00Z");
    at(start);
    ListId id = world.list(64, "10 hours");
    publish();
    Instant first = serve(id).expiresAt();

    at(start.plus(Duration.ofMinutes(30)));
    RevocationWorld.get(node.publisher.renew());
    Instant second = serve(id).expiresAt();
    assertThat(second).isAfter(first);

    at(second);
    ServedList onDemand = ok(node.lists.get(id));
    assertThat(onDemand.signedAt()).isEqualTo(second);
    assertThat(onDemand.expiresAt()).isAfter(second);
  }

  /** Rule 7: no key that may sign, nothing to serve past the end. */
  @Test
  void listIsRefused_whenItHasEndedAndNoKeyMaySign() {
    ListId id = world.list(64, "10 hours");
    publish();
    Instant end = serve(id).expiresAt();
    try (TestNode keyless = new TestNode(world, Optional.empty())) {
      RevocationWorld.get(keyless.lists.refresh());
      world.test().execute("UPDATE lists SET expires_at = mayfly_now()");
      keyless.now.set(end.minusMillis(1));
      assertThat(RevocationWorld.get(keyless.lists.get(id))).isInstanceOf(Outcome.Ok.class);
      keyless.now.set(end);
      assertThat(RevocationWorld.get(keyless.lists.get(id)))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused -> assertThat(refused.refusal()).isInstanceOf(Refusal.Unavailable.class));
      assertThat(keyless.lists.aggregate()).isEmpty();
    }
  }

  /** Rule 4, for lists: none outlives the key that signed it. */
  @Test
  void listEnds_noLaterThanItsKey() {
    Instant keyEnds = world.clock().instant().plusSeconds(600);
    try (TestNode ending = new TestNode(world, Optional.of(new ListWorld.TestKey(keyEnds)))) {
      ListId id = world.list(64);
      RevocationWorld.get(ending.publisher.publish());
      assertThat(ok(ending.lists.get(id)).expiresAt()).isBeforeOrEqualTo(keyEnds);
    }
    try (TestNode ended =
        new TestNode(
            world, Optional.of(new ListWorld.TestKey(world.clock().instant().minusSeconds(1))))) {
      world.list(64);
      assertThat(RevocationWorld.get(ended.publisher.publish())).isEqualTo(Publisher.Result.NO_KEY);
    }
  }

  @Test
  void unsignedList_isSignedForWhoAsksFirst() {
    ListId id = world.list(64);
    assertThat(Opened.of(ok(node.lists.get(id))).list().size()).isEqualTo(64);
    assertRefused(new ListId(987_654), Refusal.NotFound.class);
  }

  /** Rule 7: a node that has served a newer list does not go back. */
  @Test
  void olderList_neverReplacesANewerOne() {
    Shelf shelf = new Shelf();
    Instant end = Instant.MAX;
    ListId id = new ListId(1);
    ServedList newer =
        new ServedList(
            id, ListKind.STATUS, "u", 5, new byte[0], new byte[0], "\"5\"", Instant.EPOCH, end);
    shelf.put(newer);
    shelf.put(
        new ServedList(
            id, ListKind.STATUS, "u", 4, new byte[0], new byte[0], "\"4\"", Instant.EPOCH, end));
    assertThat(shelf.get(id, Instant.EPOCH)).contains(newer);
  }

  @Test
  void onlyOnePublishes_whenTwoNodesTryAtOnce() throws Exception {
    world.list(64);
    try (Connection other = world.test().connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("SELECT seq FROM lists_seq FOR UPDATE");
      assertThat(RevocationWorld.get(node.publisher.publish())).isEqualTo(Publisher.Result.BUSY);
      other.rollback();
    }
    assertThat(RevocationWorld.get(node.publisher.publish())).isEqualTo(Publisher.Result.PUBLISHED);
    assertThat(RevocationWorld.get(node.publisher.publish())).isEqualTo(Publisher.Result.NOTHING);
  }

  /** One impossible row does not hold up the others. */
  @Test
  void otherRevocationsAreListed_whenTheLedgerHoldsAnIndexOutsideItsList() {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    world.credential(grant, list, 64);
    world.credential(grant, list, 63);
    world.revoked(new Target.Grant(grant));
    publish();
    assertThat(invalid(list)).containsExactly(63);
  }

  @Test
  void revocationIsConfirmedOnce_whenTheLastLiveNodeServesIt() {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    try (TestNode other = new TestNode(world)) {
      publish();
      RevocationWorld.get(other.lists.refresh());
      Revocation revocation =
          world.revoked(new Target.Credential(world.credential(grant, list, 3)));
      publish();
      assertThat(
              world.ask(
                  "SELECT everywhere_at FROM revocations WHERE id = '" + revocation.id() + "'"))
          .isNull();
      RevocationWorld.get(other.lists.refresh());
      RevocationWorld.get(other.spread.confirm());
      RevocationWorld.get(node.spread.confirm());
      assertThat(
              world.ask(
                  "SELECT everywhere_at >= listed_at FROM revocations WHERE id = '"
                      + revocation.id()
                      + "'"))
          .isEqualTo("t");
      assertThat(
              world.ask(
                  "SELECT count(*) FROM audit_events WHERE action = 'revocation.publish' AND (detail->>'milliseconds')::int >= 0"
                      + " AND detail->>'revocation' = '"
                      + revocation.id()
                      + "'"))
          .isEqualTo("1");
      assertThat(
              other
                  .meters
                  .get("mayfly.revocation.everywhere")
                  .tag("kind", "status")
                  .timer()
                  .count())
          .isEqualTo(1);
      assertThat(node.meters.get("mayfly.revocation.served").tag("kind", "status").timer().count())
          .isEqualTo(1);
    }
  }

  @Test
  void othersAreToldOfWhatIsServed_whenTheFirstTryFails() {
    world.credential(world.grant(world.identity()), world.list(64), 3);
    RevocationWorld.get(node.publisher.publish());
    world.test().execute("ALTER TABLE revocations RENAME TO away");
    assertThatThrownBy(() -> RevocationWorld.get(node.lists.refresh()));
    world.test().execute("ALTER TABLE away RENAME TO revocations");
    String acknowledged = "SELECT lists_seq FROM nodes WHERE id = '" + node.node.id() + "'";
    assertThat(node.lists.served()).isEqualTo(1);
    assertThat(world.ask(acknowledged)).isEqualTo("0");
    assertThat(node.lists.lacks(1)).as("what the loop looks at").isTrue();

    RevocationWorld.get(node.lists.refresh());

    assertThat(world.ask(acknowledged)).isEqualTo("1");
    assertThat(node.lists.lacks(1)).isFalse();
  }

  @Test
  void deadNodeIsNotWaitedFor_whenItIsSilentForTooLong() {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    try (TestNode dead = new TestNode(world)) {
      world
          .test()
          .execute(
              "UPDATE nodes SET seen_at = mayfly_now() - interval '11 minutes' WHERE id = '"
                  + dead.node.id()
                  + "'");
      world.revoked(new Target.Credential(world.credential(grant, list, 3)));
      publish();
      assertThat(world.ask("SELECT count(*) FROM revocations WHERE everywhere_at IS NULL"))
          .isEqualTo("0");
    }
  }

  @Test
  void whoWaits_isAnsweredAtTheChange() throws Exception {
    GrantId grant = world.grant(world.identity());
    ListId list = world.list(64);
    CredentialId credential = world.credential(grant, list, 3);
    publish();
    ServedList before = serve(list);
    var waiting =
        node.lists.next(list, before.etag(), Duration.ofSeconds(20)).subscribeAsCompletionStage();
    assertThat(waiting).isNotDone();
    world.revoked(new Target.Credential(credential));
    publish();
    ServedList after = ok(waiting.get(10, java.util.concurrent.TimeUnit.SECONDS));
    assertThat(after.etag()).isNotEqualTo(before.etag());
    assertThat(invalid(Opened.of(after).list())).containsExactly(3);

    assertThat(ok(node.lists.next(list, before.etag(), Duration.ofSeconds(20)))).isEqualTo(after);
    assertThat(ok(node.lists.next(list, after.etag(), Duration.ofMillis(1)))).isEqualTo(after);
  }

  private void publish() {
    assertThat(RevocationWorld.get(node.publisher.publish())).isEqualTo(Publisher.Result.PUBLISHED);
    RevocationWorld.get(node.lists.refresh());
  }

  private void at(Instant now) {
    world.test().setClock(now);
    node.now.set(now);
  }

  private ServedList serve(ListId id) {
    RevocationWorld.get(node.lists.refresh());
    return ok(node.lists.get(id));
  }

  private int[] invalid(ListId id) {
    return invalid(Opened.of(serve(id)).list());
  }

  private static int[] invalid(StatusList list) {
    return IntStream.range(0, list.size()).filter(index -> list.at(index) == 1).toArray();
  }

  private String uri(ListId id) {
    return world.ask("SELECT uri FROM lists WHERE id = " + id);
  }

  private void assertRefused(ListId id, Class<? extends Refusal> refusal) {
    RevocationWorld.get(node.lists.refresh());
    assertThat(RevocationWorld.get(node.lists.get(id)))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.refusal()).isInstanceOf(refusal));
  }

  private void awaitLockWaiter() {
    while (!"t"
        .equals(
            world.ask(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"))) {
      Thread.onSpinWait();
    }
  }

  private static ServedList ok(io.smallrye.mutiny.Uni<Outcome<ServedList>> uni) {
    return ok(RevocationWorld.get(uni));
  }

  private static ServedList ok(Outcome<ServedList> outcome) {
    return switch (outcome) {
      case Outcome.Ok<ServedList>(ServedList list) -> list;
      case Outcome.Refused<ServedList>(Refusal refusal) -> throw new AssertionError(refusal.code());
    };
  }
}
