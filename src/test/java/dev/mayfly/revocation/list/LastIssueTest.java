package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    world.sleepUntil(end.plus(LIFE).plus(LIFE).plus(world.skew()).minusSeconds(1));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRING);
    world.sleepUntil(end.plus(LIFE).plus(LIFE).plus(world.skew()));
    world.live();
    assertThat(world.state(key.id())).isEqualTo(KeyState.RETIRED);
    assertThat(world.rings().forLists(key.id())).isEmpty();
  }

  @Test
  void startIsRefused_whenListsLiveLongerThanTheirKeysAreKeptFor() { // rule 6
    assertThatThrownBy(() -> ListWorld.TIMES.insistOnLastIssues(LIFE.minusSeconds(1)))
        .hasMessageContaining("mayfly.key.list-life");
    assertThatCode(() -> ListWorld.TIMES.insistOnLastIssues(LIFE)).doesNotThrowAnyException();
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
