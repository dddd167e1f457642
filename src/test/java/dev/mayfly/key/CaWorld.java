package dev.mayfly.key;

import dev.mayfly.key.SimulatedNodes.Simulated;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;

/** A node with the ring of an issuing CA and a clock that moves, for rooms that publish lists. */
public final class CaWorld implements AutoCloseable {

  private final SimulatedNodes nodes = new SimulatedNodes(TestKeyConfig.of("x509/ES256"));
  private final Simulated node = nodes.start();

  public TestDatabase test() {
    return nodes.test;
  }

  public KeyRings rings() {
    return node.rings();
  }

  public Duration skew() {
    return nodes.config.skew();
  }

  public Instant now() {
    return nodes.now();
  }

  /** The key that signs now. */
  public RingKey active() {
    KeyId id = nodes.active(RingName.parse("x509/ES256")).id();
    return rings().keys(RingName.X509).stream()
        .filter(key -> key.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** The clock moves, and nobody does anything. */
  public void sleepUntil(Instant moment) {
    nodes.advance(Duration.between(nodes.now(), moment));
  }

  /** Whatever is due to the keys at this moment happens. */
  public void live() {
    for (int step = 0; step < 4; step++) {
      node.live();
    }
    node.refresh();
  }

  public KeyState state(KeyId id) {
    return nodes.keys().stream()
        .filter(key -> key.id().equals(id))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Override
  public void close() {
    nodes.close();
  }
}
