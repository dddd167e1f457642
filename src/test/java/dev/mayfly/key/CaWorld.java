package dev.mayfly.key;

import dev.mayfly.key.SimulatedNodes.Simulated;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * A node with rings of CAs and a clock that moves, for rooms that publish lists or certificates.
 */
public final class CaWorld implements AutoCloseable {

  private static final String ISSUING = "x509/ES256";

  private final SimulatedNodes nodes;
  private final Simulated node;

  /** With the ring of an issuing CA, and with these. */
  public CaWorld(String... besides) {
    nodes =
        new SimulatedNodes(
            TestKeyConfig.of(
                Stream.concat(Stream.of(ISSUING), Stream.of(besides)).toArray(String[]::new)));
    node = nodes.start();
  }

  public KeyConfig config() {
    return nodes.config;
  }

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
    return active(ISSUING);
  }

  /** The key of this ring that signs now. */
  public RingKey active(String name) {
    RingName ring = RingName.parse(name);
    KeyId id = nodes.active(ring).id();
    return rings().keys(ring.purpose()).stream()
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
