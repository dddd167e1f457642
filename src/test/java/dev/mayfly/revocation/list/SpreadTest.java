package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.revocation.RevocationWorld;
import dev.mayfly.revocation.Target;
import dev.mayfly.revocation.list.ListWorld.Opened;
import dev.mayfly.revocation.list.ListWorld.TestNode;
import dev.mayfly.revocation.statuslist.StatusList;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.ListId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Design section 7: from commit to "served by every node" p99 is under a second. */
class SpreadTest {

  private static final int REVOCATIONS = 200;
  private static final int ENTRIES = 131_072;

  private RevocationWorld world;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void open() {
    world = new RevocationWorld();
    one = new TestNode(world);
    two = new TestNode(world);
    one.loop.begin();
    two.loop.begin();
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
    world.close();
  }

  @Test
  void revocationsAreServedByBothNodes_withinASecond() {
    GrantId grant = world.grant(world.identity());
    List<ListId> lists = List.of(world.list(ENTRIES), world.list(ENTRIES), world.list(ENTRIES));
    List<CredentialId> credentials = new ArrayList<>();
    for (int i = 0; i < REVOCATIONS; i++) {
      credentials.add(world.credential(grant, lists.get(i % lists.size()), 7 * i));
    }
    for (CredentialId credential : credentials) {
      world.revoked(new Target.Credential(credential));
    }
    awaitEverywhere();

    double p99 = percentile(0.99);
    System.out.printf(
        "FIGURE commit to everywhere p50 %.0f ms, p99 %.0f ms%n",
        percentile(0.5) * 1000, p99 * 1000);
    assertThat(p99).isLessThan(1.0);
    for (ListId list : lists) {
      assertThat(ListWorld.ok(one.lists.get(list)).document())
          .describedAs("the same bytes from every node")
          .isEqualTo(ListWorld.ok(two.lists.get(list)).document());
    }
  }

  @Test
  void hugeGrantIsServedByBothNodes_soon() {
    GrantId grant = world.grant(world.identity());
    List<ListId> lists = List.of(world.list(ENTRIES), world.list(ENTRIES), world.list(ENTRIES));
    for (ListId list : lists) {
      world
          .test()
          .execute(
              """
          INSERT INTO credentials (id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at,
                                   list_id, list_idx, list_ends_at, policy_version)
          SELECT gen_random_uuid(), g.id, g.identity_id, 'JWT', '%s', 'https://a', 's', mayfly_now(), l.ends_at,
                 l.id, i, l.ends_at, 1
            FROM grants g, lists l, generate_series(0, 99999) i WHERE g.id = '%s' AND l.id = %s
          """
                  .formatted(world.key, grant, list));
    }

    world.revoked(new Target.Grant(grant));
    awaitEverywhere();

    double seconds = percentile(1);
    System.out.printf(
        "FIGURE 300,000 credentials of one grant everywhere after %.0f ms%n", seconds * 1000);
    assertThat(seconds).isLessThan(5.0);
    for (ListId list : lists) {
      StatusList served = Opened.of(ListWorld.ok(two.lists.get(list))).list();
      int invalid = 0;
      for (int i = 0; i < served.size(); i++) {
        invalid += served.at(i);
      }
      assertThat(invalid).isEqualTo(100_000);
    }
  }

  private void awaitEverywhere() {
    Duration limit = Duration.ofSeconds(30);
    long deadline = System.nanoTime() + limit.toNanos();
    while (!"0".equals(world.ask("SELECT count(*) FROM revocations WHERE everywhere_at IS NULL"))) {
      assertThat(System.nanoTime()).describedAs("everywhere within " + limit).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
  }

  private double percentile(double p) {
    return Double.parseDouble(
        world.ask(
            "SELECT percentile_cont("
                + p
                + ") WITHIN GROUP (ORDER BY extract(epoch FROM everywhere_at - at)) FROM revocations"));
  }
}
