package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.key.KeyTaint.Lead;
import dev.mayfly.key.SimulatedNodes.Simulated;
import dev.mayfly.store.KeyId;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever nodes, ticks, deaths, compromises and the clock do in whatever order: one ACTIVE key,
 * none that outlives its end, and nobody who follows the caching rules meets a signature whose key
 * their copy of the JWKS lacks.
 */
class KeyRingProperties {

  enum Act {
    QUARTER,
    MINUTES,
    SECONDS,
    LIVE,
    REFRESH,
    TICK,
    BEAT_ONLY,
    KILL,
    START,
    FETCH,
    PREPARE_NOW,
    TAINT
  }

  record Step(Act act, int node) {}

  /** What a relying service holds, and since when. */
  record Copy(Set<String> kids, Instant fetched) {}

  /** What was signed: by which key, and until when somebody may present it. */
  record Credential(KeyId kid, Instant expires) {}

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void ringsKeepTheirPromises(@ForAll("lives") List<Step> steps) {
    try (World world = new World()) {
      for (Step step : steps) {
        world.take(step);
        world.check();
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            net.jqwik.api.Tuple.of(14, Act.LIVE),
            net.jqwik.api.Tuple.of(8, Act.QUARTER),
            net.jqwik.api.Tuple.of(5, Act.MINUTES),
            net.jqwik.api.Tuple.of(4, Act.SECONDS),
            net.jqwik.api.Tuple.of(6, Act.FETCH),
            net.jqwik.api.Tuple.of(3, Act.REFRESH),
            net.jqwik.api.Tuple.of(4, Act.TICK),
            net.jqwik.api.Tuple.of(2, Act.BEAT_ONLY),
            net.jqwik.api.Tuple.of(1, Act.KILL),
            net.jqwik.api.Tuple.of(2, Act.START),
            net.jqwik.api.Tuple.of(1, Act.PREPARE_NOW),
            net.jqwik.api.Tuple.of(1, Act.TAINT));
    return Combinators.combine(acts, Arbitraries.integers().between(0, 2))
        .as(Step::new)
        .list()
        .ofMinSize(60)
        .ofMaxSize(160);
  }

  /** The nodes, and everybody who depends on them. */
  private static final class World implements AutoCloseable {

    private static final RingName RING = SimulatedNodes.JWT;
    private static final int MOST_NODES = 3;
    private static final Duration TTL = Duration.ofMinutes(15);

    private final SimulatedNodes nodes =
        new SimulatedNodes(TestKeyConfig.of("jwt/ES256").withLifetime(Duration.ofHours(2), TTL));
    private final List<Simulated> alive = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<Credential> credentials = new ArrayList<>();
    private final Set<KeyId> tainted = new HashSet<>();

    World() {
      alive.add(nodes.start());
    }

    void take(Step step) {
      switch (step.act()) {
        case QUARTER -> pass(Duration.ofMinutes(15));
        case MINUTES -> pass(Duration.ofMinutes(3));
        case SECONDS -> pass(Duration.ofSeconds(7));
        case LIVE -> on(step, Simulated::live);
        case REFRESH -> on(step, Simulated::refresh);
        case TICK -> on(step, Simulated::tick);
        case BEAT_ONLY -> on(step, Simulated::beat);
        case FETCH -> on(step, node -> copies.add(new Copy(kids(node), nodes.now())));
        case KILL -> kill();
        case START -> startOne();
        case PREPARE_NOW ->
            on(step, node -> node.taint().prepareNow(RING, "op", "test").await().indefinitely());
        case TAINT -> on(step, this::taint);
      }
    }

    /** Time passes for all; who has a heart that beats is heard of, and mints all the while. */
    private void pass(Duration by) {
      mintEverywhere();
      nodes.advance(by);
      // A node that lives is never silent for as long as dead-after: that is what alive means.
      alive.forEach(Simulated::beat);
      mintEverywhere();
    }

    /** As the ledger does: the database decides whether the key signs, and until when. */
    private void mintEverywhere() {
      for (Simulated node : alive) {
        node.rings()
            .active(RING)
            .flatMap(key -> nodes.keys().stream().filter(r -> r.id().equals(key.id())).findFirst())
            .filter(key -> key.is(KeyState.ACTIVE) && nodes.now().isBefore(key.notAfter()))
            .ifPresent(this::mint);
      }
    }

    private void mint(KeyRecord key) {
      Instant byLife = nodes.now().plus(TTL);
      Instant expires = byLife.isBefore(key.notAfter()) ? byLife : key.notAfter();
      credentials.add(new Credential(key.id(), expires));
      for (Copy copy : copies) {
        boolean fresh = !copy.fetched().plus(nodes.config.jwksMaxAge()).isBefore(nodes.now());
        assertThat(!fresh || copy.kids().contains(key.id().value()))
            .as("rule 5: a copy of %s knows what signs at %s", copy.fetched(), nodes.now())
            .isTrue();
      }
    }

    private void kill() {
      if (alive.size() > 1) {
        alive.removeLast();
      }
    }

    private void startOne() {
      if (alive.size() < MOST_NODES) {
        alive.add(nodes.start());
      }
    }

    private void taint(Simulated node) {
      KeyId id = nodes.active(RING).id();
      var outcome =
          nodes
              .test
              .database()
              .inTransaction(
                  connection -> node.taint().taint(connection, id, Lead.FULL, "op", "test"))
              .await()
              .indefinitely();
      if (outcome instanceof dev.mayfly.Outcome.Ok) {
        tainted.add(id);
      }
    }

    void check() {
      assertThat(nodes.keys(RING, KeyState.ACTIVE)).as("rule 5").hasSize(1);
      for (KeyRecord key : nodes.keys()) {
        if (key.activatedAt().isPresent() && key.publishedAt().isPresent()) {
          assertThat(Duration.between(key.publishedAt().get(), key.activatedAt().get()))
              .isGreaterThanOrEqualTo(nodes.plan.lead());
        }
      }
      credentials.removeIf(c -> !nodes.now().isBefore(c.expires()) || tainted.contains(c.kid()));
      for (Simulated node : alive) {
        assertThat(kids(node))
            .as("whatever is still good verifies against every node's JWKS")
            .containsAll(
                credentials.stream().map(c -> c.kid().value()).collect(Collectors.toSet()));
      }
    }

    private void on(Step step, java.util.function.Consumer<Simulated> what) {
      what.accept(alive.get(step.node() % alive.size()));
    }

    private static Set<String> kids(Simulated node) {
      try {
        String json = new String(node.rings().jwks().json(), StandardCharsets.UTF_8);
        return JWKSet.parse(json).getKeys().stream()
            .map(key -> key.getKeyID())
            .collect(Collectors.toSet());
      } catch (ParseException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      nodes.close();
    }
  }
}
