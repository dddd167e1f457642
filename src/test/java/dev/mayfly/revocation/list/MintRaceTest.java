package dev.mayfly.revocation.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.CredentialConfig;
import dev.mayfly.credential.Entry;
import dev.mayfly.credential.Ledger;
import dev.mayfly.credential.Slot;
import dev.mayfly.credential.Verdict;
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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rule 3 under load, with the real ledger of several nodes: whatever was recorded is on the list,
 * and what begins after the revocation is not recorded.
 */
class MintRaceTest {

  private static final int NODES = 4;
  private static final int CALLERS = 16;
  private static final int WARM = 400;
  private static final int SIZE = 131_072;

  private RevocationWorld world;
  private TestNode node;
  private IdentityId identity;
  private GrantId grant;
  private ListId list;

  private final AtomicInteger nextIndex = new AtomicInteger();
  private final Queue<Mint> mints = new ConcurrentLinkedQueue<>();
  private volatile boolean revoked;
  private volatile boolean stopped;

  private record Mint(int index, boolean begunAfter, Verdict verdict) {}

  @BeforeEach
  void open() {
    world = new RevocationWorld();
    node = new TestNode(world);
    identity = world.identity();
    grant = world.grant(identity);
    list = world.list(SIZE);
    world
        .test()
        .execute(
            "INSERT INTO policy_versions VALUES (1, '', '', mayfly_now(), 'test'); INSERT INTO policy_active (version) VALUES (1)");
  }

  @AfterEach
  void close() {
    stopped = true;
    node.close();
    world.close();
  }

  @Test
  void everyRecordedCredentialIsListed_whenItsGrantIsRevokedUnderLoad() {
    race(world -> new Target.Grant(grant));
  }

  @Test
  void everyRecordedCredentialIsListed_whenItsIdentityIsRevokedUnderLoad() {
    race(world -> new Target.Identity(identity));
  }

  @Test
  void everyRecordedCredentialIsListed_whenItsKeyIsRevokedUnderLoad() {
    race(world -> new Target.Key(world.key));
  }

  private void race(Function<RevocationWorld, Target> target) {
    for (int i = 0; i < NODES; i++) {
      Ledger ledger = ledger();
      IntStream.range(0, CALLERS).forEach(caller -> mint(ledger));
    }
    await(WARM);
    long before = System.nanoTime();
    world.revoked(target.apply(world));
    long took = System.nanoTime() - before;
    revoked = true;
    await(mints.size() + WARM);
    stopped = true;

    System.out.printf("FIGURE revoke took %d ms while %d nodes minted%n", took / 1_000_000, NODES);
    assertThat(mints).filteredOn(Mint::begunAfter).isNotEmpty().noneMatch(MintRaceTest::isRecorded);
    int[] recorded =
        mints.stream().filter(MintRaceTest::isRecorded).mapToInt(Mint::index).sorted().toArray();
    assertThat(recorded).isNotEmpty();

    RevocationWorld.get(node.publisher.publish());
    StatusList published = Opened.of(ListWorld.ok(node.lists.get(list))).list();
    assertThat(IntStream.range(0, SIZE).filter(index -> published.at(index) == 1).toArray())
        .contains(recorded);
  }

  private static boolean isRecorded(Mint mint) {
    return mint.verdict() instanceof Verdict.Recorded;
  }

  /** One caller after another, for ever: like a node under load. */
  private void mint(Ledger ledger) {
    if (stopped) {
      return;
    }
    int index = nextIndex.getAndIncrement();
    boolean begunAfter = revoked;
    ledger
        .record(entry(index))
        .subscribe()
        .with(
            verdict -> {
              mints.add(new Mint(index, begunAfter, verdict));
              mint(ledger);
            },
            lost -> {});
  }

  private Entry entry(int index) {
    return new Entry(
        new CredentialId(Uuids.next(world.clock())),
        grant,
        identity,
        "spiffe://test/" + identity,
        "JWT",
        world.key,
        1,
        Duration.ofMinutes(5),
        "https://a",
        "s",
        new Slot(list, "", index),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "",
        false,
        Optional.empty());
  }

  private Ledger ledger() {
    CredentialConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(CredentialConfig.class)
            .build()
            .getConfigMapping(CredentialConfig.class);
    return new Ledger(world.test().database(), world.clock(), config, new SimpleMeterRegistry());
  }

  private void await(int count) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (mints.size() < count) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
