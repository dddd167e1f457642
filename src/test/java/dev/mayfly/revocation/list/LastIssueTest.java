package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.ListKind;
import dev.mayfly.key.CaWorld;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.revocation.RevocationWorld;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Rule 6 at the end of a CA's key, where what it signs may live a sixth of its life: the last
 * shards end with the key, and their last issue is made after that, by it or by nobody.
 */
class LastIssueTest {

  private static final Duration LIFE = ListWorld.TIMES.life();

  private final CaWorld world = new CaWorld();
  private final Publisher publisher =
      new Publisher(
          world.test().database(),
          world.test().vertx(),
          List.of(new SignedByItsKey(world.rings())),
          new AuditLog(Clock.systemUTC()),
          ListWorld.TIMES);

  @AfterEach
  void close() {
    world.close();
  }

  /** As CRLs are: nobody but this key signs, and it does so while it is not gone. */
  private record SignedByItsKey(KeyRings rings) implements ListFormat {
    @Override
    public ListKind kind() {
      return ListKind.CRL;
    }

    @Override
    public byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn) {
      return content;
    }

    @Override
    public Optional<Signed> sign(Unsigned list, Turn turn) {
      return list.key()
          .filter(id -> turn.stateOf(id).isPresent())
          .flatMap(rings::forLists)
          .map(key -> new Signed(key.sign(list.source()), turn.now().plus(LIFE)));
    }
  }

  @Test
  void lastIssueIsMadeAfterTheEnd_andServedToItsOwn_whenAllNodesSleptThroughTheKeysEnd() {
    RingKey key = world.active();
    String shard = shardToTheEndOf(key);
    Instant end = key.notAfter();
    world.sleepUntil(end.minus(Duration.ofHours(30)));
    world.live();
    world.sleepUntil(end.minus(Duration.ofMinutes(2)));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRING);
    renew();

    world.sleepUntil(
        end.plus(LIFE).minus(Duration.ofMinutes(3))); // what is served ends in a minute
    world.live();
    renew();
    Instant last = world.now();
    assertThat(row(shard)).isEqualTo("LIVE last issue"); // rule 6

    world.sleepUntil(last.plus(LIFE).minusSeconds(1));
    world.live();
    renew();
    assertThat(row(shard)).as("rule 7: served until it has run out").isEqualTo("LIVE last issue");

    world.sleepUntil(last.plus(LIFE));
    renew();
    assertThat(row(shard)).isEqualTo("RETIRED last issue");
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRED);
    assertThat(world.rings().forLists(key.id())).isEmpty();
  }

  /**
   * However long: nobody was there to serve what ran out meanwhile, nor to sign what rule 6 wants.
   */
  @Test
  void lastIssueIsMadeAndServed_whenAllNodesWereAwayForDaysFromTheKeysEndOn() {
    RingKey key = world.active();
    String shard = shardToTheEndOf(key);
    world.sleepUntil(key.notAfter().minus(Duration.ofHours(30)));
    world.live();
    world.sleepUntil(key.notAfter().minus(Duration.ofMinutes(2)));
    world.live();
    world.sleepUntil(key.notAfter().plus(Duration.ofDays(3)));
    world.live();
    assertThat(world.state(key.id())).as("keys move first").isEqualTo(KeyState.RETIRING);
    renew();
    assertThat(row(shard)).isEqualTo("LIVE last issue"); // rule 6

    Instant last = world.now();
    world.sleepUntil(last.plus(LIFE).minusSeconds(1));
    renew();
    world.live();
    assertThat(world.state(key.id())).as("rule 7").isEqualTo(KeyState.RETIRING);
    world.sleepUntil(last.plus(LIFE));
    renew();
    world.live();
    assertThat(row(shard)).isEqualTo("RETIRED last issue");
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRED);
  }

  /** Boundary: no key retires before a relying service's slow clock has passed its end, either. */
  @Test
  void keyWithoutListsRetires_aSkewAfterItsEnd() {
    RingKey key = world.active();
    Instant end = key.notAfter();
    world.sleepUntil(end.minus(Duration.ofHours(30)));
    world.live();
    world.sleepUntil(end.minusSeconds(1));
    world.live();
    renew();
    world.sleepUntil(end);
    renew();
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRING);
    world.sleepUntil(end.plus(world.skew()).minusSeconds(1));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRING);
    world.sleepUntil(end.plus(world.skew()));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRED);
  }

  /** A tainted CA goes on saying that what it signed is revoked, to the last issue of that. */
  @Test
  void taintedKeyIsRemoved_onlyAfterItsLastListHasRunOut() {
    RingKey key = world.active();
    String shard = shardToTheEndOf(key);
    world
        .test()
        .execute(
            "UPDATE signing_keys SET state = 'TAINTED', tainted_at = mayfly_now() WHERE kid = '%s'"
                .formatted(key.id()));
    world.sleepUntil(key.notAfter().plus(Duration.ofDays(3)));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.TAINTED);
    renew();
    assertThat(row(shard)).isEqualTo("LIVE last issue");
    world.sleepUntil(world.now().plus(LIFE));
    renew();
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.REMOVED);
  }

  private void renew() {
    RevocationWorld.get(publisher.renew());
  }

  private String shardToTheEndOf(RingKey key) {
    String id =
        ask(
            """
            INSERT INTO lists (kind, kid, uri, node_id, size, ends_at, state, content, opened_at)
            VALUES ('CRL', '%s', 'https://test/crl/1.crl', gen_random_uuid(), 0, '%s', 'LIVE', '', mayfly_now())
            RETURNING id
            """
                .formatted(key.id(), key.notAfter()));
    RevocationWorld.get(publisher.publish());
    return id;
  }

  private String row(String shard) {
    return ask(
        "SELECT state || CASE WHEN signed_at >= ends_at THEN ' last issue' ELSE '' END FROM lists WHERE id = "
            + shard);
  }

  private String ask(String sql) {
    return String.valueOf(
        RevocationWorld.get(world.test().database().run(sql)).iterator().next().getValue(0));
  }
}
