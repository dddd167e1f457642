package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ListKind;
import dev.mayfly.revocation.RevocationWorld;
import dev.mayfly.revocation.list.ListWorld.TestNode;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Lists that nobody can sign: their key is gone, or only another version of the broker knows how.
 */
class GoneKeyTest {

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

  /** Everything on it has expired with the key; there is no last issue to wait for. */
  @Test
  void shardRetires_whenItsKeyIsRetired() {
    String ended = shard("RETIRED", "-1 second");
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.PUBLISHED);
    assertThat(state(ended)).isEqualTo("RETIRED");
    assertThat(world.ask("SELECT count(*) FROM audit_events WHERE action = 'list.retire'"))
        .isEqualTo("1");
  }

  /** Rule 6: the KRL that carries it is signed by nobody, so it goes when its last issue has. */
  @Test
  void shardOfTheKrlStays_whenItsKeyIsRetired() {
    String ended = shard("KRL_SHARD", "RETIRED", "-1 second");
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.NOTHING);
    assertThat(state(ended)).isEqualTo("LIVE");
    world
        .test()
        .execute(
            "UPDATE lists SET seq = 1, document = '', signed_at = ends_at, expires_at = ends_at"
                + " WHERE id = "
                + ended);
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.PUBLISHED);
    assertThat(state(ended)).isEqualTo("RETIRED");
  }

  /** A RETIRING key signs the last issue. */
  @Test
  void shardStays_whenItsKeyIsRetiringOrSomethingOnItLives() {
    String living = shard("RETIRED", "10 minutes");
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.NOTHING);
    String retiring = shard("RETIRING", "-1 second");
    assertThat(RevocationWorld.get(node.publisher.renew())).isEqualTo(Publisher.Result.NOTHING);
    assertThat(state(living)).isEqualTo("LIVE");
    assertThat(state(retiring)).isEqualTo("LIVE");
  }

  /** This node makes status lists alone. */
  @Test
  void nodeIsNotKeptBusy_byListsOfAKindItDoesNotMake() {
    shard("ACTIVE", "10 minutes");
    assertThat(glance(Set.of(ListKind.STATUS)).unpublished()).isFalse();
    assertThat(glance(Set.of(ListKind.STATUS, ListKind.CRL)).unpublished()).isTrue();
    world.list(64);
    assertThat(glance(Set.of(ListKind.STATUS)).unpublished()).isTrue();
    assertThat(node.publisher.kinds()).containsExactly(ListKind.STATUS);
  }

  private Glance glance(Set<ListKind> kinds) {
    return RevocationWorld.get(Glance.of(world.test().database(), kinds));
  }

  private String shard(String keyState, String endsIn) {
    return shard("CRL", keyState, endsIn);
  }

  private String shard(String kind, String keyState, String endsIn) {
    world
        .test()
        .execute(
            "UPDATE signing_keys SET state = '%s' WHERE kid = '%s'".formatted(keyState, world.key));
    return world.ask(
        """
        INSERT INTO lists (kind, kid, uri, node_id, size, ends_at, state, content, opened_at)
        VALUES ('%s', '%s', 'https://test/crl/' || gen_random_uuid(), gen_random_uuid(), 0,
                mayfly_now() + interval '%s', 'LIVE', '', mayfly_now())
        RETURNING id
        """
            .formatted(kind, world.key, endsIn));
  }

  private String state(String list) {
    return world.ask("SELECT state FROM lists WHERE id = " + list);
  }
}
