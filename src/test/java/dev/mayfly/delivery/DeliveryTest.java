package dev.mayfly.delivery;

import static dev.mayfly.delivery.DeliveryWorld.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.delivery.DeliveryQueries.Listed;
import dev.mayfly.delivery.DeliveryQueries.State;
import dev.mayfly.delivery.LoopbackReceiver.Mood;
import dev.mayfly.delivery.LoopbackReceiver.Received;
import dev.mayfly.store.Page;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The outbox reaches its receivers: at least once, in the order of each key. */
class DeliveryTest {

  private final DeliveryWorld world = new DeliveryWorld();
  private final LoopbackReceiver receiver = new LoopbackReceiver();

  @AfterEach
  void close() {
    receiver.close();
    world.close();
  }

  @Test
  void messageArrivesOnce_withItsFacts() {
    world.webhook("hook", receiver);
    UUID id = world.message("grant.approve", "grant:1", "{\"grant\": \"g\", \"role\": \"r\"}");
    Courier node = world.node();
    world.round(node);
    world.round(node);
    assertThat(receiver.received()).hasSize(1);
    Received seen = receiver.received().getFirst();
    assertThat(seen.id()).isEqualTo(id.toString());
    assertThat(seen.path()).isEqualTo("/hook?to=team");
    assertThat(seen.json().getString("type")).isEqualTo("grant.approve");
    assertThat(seen.json().getString("timestamp")).isEqualTo(DeliveryWorld.START.toString());
    assertThat(seen.json().getJsonObject("data").getString("role")).isEqualTo("r");
    assertThat(world.deliveries()).containsExactly("hook DELIVERED 1");
  }

  @Test
  void laterMessageOfAKeyWaits_andOtherKeysDoNot_whenTheFirstFails() {
    world.webhook("hook", receiver);
    UUID first = world.message("grant:1");
    UUID second = world.message("grant:1");
    UUID other = world.message("grant:2");
    receiver.mood(m -> m.id().equals(first.toString()) ? Mood.FAILS : Mood.WELL);
    Courier node = world.node();
    world.round(node);
    assertThat(ids()).containsExactlyInAnyOrder(first, other);
    assertThat(world.deliveries())
        .containsExactly("hook PENDING 1 answered 500", "hook PENDING 0", "hook DELIVERED 1");

    receiver.mood(Mood.WELL);
    world.round(node);
    assertThat(ids()).hasSize(2);
    world.clock(Duration.ofSeconds(11));
    world.round(node);
    assertThat(ids().subList(2, 4)).containsExactly(first, second);
  }

  @Test
  void deadLetterLetsTheNextGoOn_isToldOnce_andIsReplayed() {
    world.webhook("hook", receiver);
    UUID first = world.message("grant:1");
    UUID second = world.message("grant:1");
    receiver.mood(m -> m.id().equals(first.toString()) ? Mood.FAILS : Mood.WELL);
    Courier node = world.node();
    for (int round = 0; round < 4; round++) {
      world.clock(Duration.ofMinutes(round));
      world.round(node);
    }
    assertThat(ids()).containsExactly(first, first, first, second);
    assertThat(world.deliveries()).containsExactly("hook DEAD 3 answered 500", "hook DELIVERED 1");
    assertThat(audited("delivery.dead")).isEqualTo(1);

    receiver.mood(Mood.WELL);
    DeliveryQueries queries =
        new DeliveryQueries(world.test().database(), new AuditLog(Clock.systemUTC()));
    Page.Request page = new Page.Request(10, Optional.empty());
    List<Listed> dead =
        get(queries.list(Optional.of(State.DEAD), Optional.of("hook"), page)).items();
    assertThat(dead).hasSize(1);
    assertThat(get(queries.replay(dead.getFirst().id(), "spiffe://t/op", "r1")))
        .isInstanceOf(Outcome.Ok.class);
    assertThat(get(queries.replay(dead.getFirst().id(), "spiffe://t/op", "r2")))
        .isInstanceOf(Outcome.Refused.class);
    world.round(node);
    assertThat(ids()).containsExactly(first, first, first, second, first);
    assertThat(world.deliveries()).containsExactly("hook DELIVERED 1", "hook DELIVERED 1");
    assertThat(audited("delivery.replay")).isEqualTo(1);
  }

  @Test
  void twoNodesDeliverEachMessageOnce_whenAllGoesWell() {
    world.webhook("hook", receiver);
    IntStream.range(0, 120).forEach(i -> world.message("grant:" + i % 40));
    List<Courier> nodes = List.of(world.node(), world.node(), world.node());
    for (int round = 0; round < 3; round++) {
      get(join(nodes.stream().map(Courier::queue)));
      get(join(nodes.stream().map(node -> node.carry(node.routes().getFirst()))));
    }
    assertThat(ids()).hasSize(120).doesNotHaveDuplicates();
  }

  private static Uni<Void> join(Stream<Uni<Void>> all) {
    return Uni.join().all(all.toList()).andFailFast().replaceWithVoid();
  }

  @Test
  void messageIsRepeatedUnderItsId_whenANodeDiesBetweenSendingAndCommitting() {
    world.webhook("hook", receiver);
    UUID id = world.message("grant:1");
    Courier dies = world.node();
    get(dies.queue());
    Claimed claimed = get(world.queue().claim("hook", 5, Duration.ofSeconds(30))).getFirst();
    get(dies.routes().getFirst().channel().send(claimed.message()));

    Courier node = world.node();
    world.round(node);
    assertThat(ids()).containsExactly(id);
    world.clock(Duration.ofSeconds(30));
    world.round(node);
    assertThat(ids()).containsExactly(id, id);
    assertThat(receiver.received().get(0).body()).isEqualTo(receiver.received().get(1).body());
    assertThat(world.deliveries()).containsExactly("hook DELIVERED 2");
  }

  @Test
  void tryFailsInTime_whenTheReceiverIsSilentOrGone() {
    world.set("timeout", "500ms").webhook("hook", receiver);
    receiver.mood(Mood.HANGS);
    world.message("grant:1");
    world.round(world.node());
    assertThat(world.deliveries()).containsExactly("hook PENDING 1 no answer in time");

    receiver.mood(Mood.LOSES);
    world.clock(Duration.ofMinutes(1));
    world.round(world.node());
    assertThat(world.deliveries().getFirst()).startsWith("hook PENDING 2 failed: ");
  }

  @Test
  void answerIsNotRead_whenItNeverEnds() {
    world.webhook("hook", receiver);
    receiver.mood(Mood.TALKS_FOR_EVER);
    world.message("grant:1");
    world.round(world.node());
    assertThat(world.deliveries()).containsExactly("hook DELIVERED 1");
  }

  @Test
  void redirectIsNotFollowed() {
    world.webhook("hook", receiver);
    receiver.mood(Mood.REDIRECTS);
    world.message("grant:1");
    world.round(world.node());
    assertThat(receiver.received()).hasSize(1);
    assertThat(world.deliveries()).containsExactly("hook PENDING 1 answered 307");
  }

  @Test
  void nothingIsSent_whenANameLeadsIntoAPrivateNetwork() {
    world
        .webhook("hook", receiver)
        .set("channels.hook.url", "https://127.0.0.2:" + receiver.port() + "/")
        .set("channels.hook.private-addresses", "false");
    world.message("grant:1");
    world.round(world.node());
    assertThat(receiver.received()).isEmpty();
    assertThat(world.deliveries())
        .containsExactly("hook PENDING 1 the name leads to a private address");
  }

  @Test
  void channelGetsItsTopicsOnly() {
    world
        .webhook("grants", receiver)
        .set("channels.grants.topics", "grant.*")
        .webhook("all", receiver)
        .webhook("one", receiver)
        .set("channels.one.topics", "revocation,grant.deny");
    world.message("revocation", "key:1", "{}");
    world.message("grant.approve", "grant:1", "{}");
    world.round(world.node());
    assertThat(world.deliveries())
        .containsExactly(
            "all DELIVERED 1", "one DELIVERED 1", "all DELIVERED 1", "grants DELIVERED 1");
  }

  @Test
  void deliveryIsGivenUp_whenItsChannelIsNoLongerThere() {
    world.webhook("gone", receiver);
    world.message("grant:1");
    get(world.node().queue());
    assertThat(get(world.queue().giveUp(Duration.ofDays(7)))).isZero();
    world.clock(Duration.ofDays(7));
    assertThat(get(world.queue().giveUp(Duration.ofDays(7)))).isEqualTo(1);
    assertThat(world.deliveries()).containsExactly("gone DEAD 0 too old");
    assertThat(audited("delivery.dead")).isEqualTo(1);
  }

  private List<UUID> ids() {
    return receiver.received().stream().map(Received::id).map(UUID::fromString).toList();
  }

  private long audited(String action) {
    return world.test().count("SELECT count(*) FROM audit_events WHERE action = '" + action + "'");
  }
}
