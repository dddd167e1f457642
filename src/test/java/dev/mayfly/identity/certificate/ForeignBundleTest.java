package dev.mayfly.identity.certificate;

import static dev.mayfly.identity.certificate.MeshWorld.OTHER;
import static dev.mayfly.identity.certificate.MeshWorld.PACKER;
import static dev.mayfly.identity.certificate.MeshWorld.svid;
import static dev.mayfly.identity.certificate.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.KeySource;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** X509-SVIDs while their domain's bundle changes, goes away, and comes back. */
class ForeignBundleTest {

  private static final Duration HINT = Duration.ofMinutes(10);
  private static final TestAuthority MESH = lasting();

  /** The same name, and another key, as SPIRE makes its next one. */
  private static final TestAuthority NEXT = lasting();

  private static TestAuthority lasting() {
    TestAuthority root = TestAuthority.root("CN=mesh");
    return new TestAuthority(
        root.issue(
            TestAuthority.wanted()
                .subject("CN=mesh")
                .pair(root.pair())
                .authority(1)
                .until(NOW.plus(Duration.ofDays(7)))),
        root.pair());
  }

  private static final Vertx VERTX = Vertx.vertx();

  private final MeshWorld world = new MeshWorld(VERTX);
  private final AtomicInteger served = new AtomicInteger();
  private volatile List<TestAuthority> published = List.of(MESH);
  private volatile boolean away;
  private HttpServer server;
  private CompiledPolicy policy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/bundle",
        exchange -> {
          served.incrementAndGet();
          byte[] body = bundle();
          exchange.sendResponseHeaders(away ? 500 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/bundle");
    policy = MeshWorld.policy(new KeySource.Bundle(url), MeshWorld.fixed(OTHER));
  }

  @AfterAll
  static void close() {
    VERTX.closeAndAwait();
  }

  @AfterEach
  void stop() {
    world.close();
    server.stop(0);
  }

  private byte[] bundle() {
    JsonArray keys = new JsonArray(MeshWorld.members(published.toArray(new TestAuthority[0])));
    return new JsonObject()
        .put("keys", keys)
        .put("spiffe_refresh_hint", HINT.toSeconds())
        .toBuffer()
        .getBytes();
  }

  private void pass(Duration time) {
    world.now.updateAndGet(now -> now.plus(time));
  }

  private Outcome<Proven> prove(TestAuthority by) {
    Instant now = world.now.get();
    TestAuthority.Wanted wanted =
        svid().from(now.minusSeconds(60)).until(now.plus(Duration.ofMinutes(30)));
    return world.prove(new ShownCertificate(by.issue(wanted), List.of()), PACKER, policy);
  }

  private static void assertProves(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
  }

  private static void assertRefused(Outcome<Proven> outcome, Class<? extends Refusal> refusal) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused<Proven>) outcome).refusal()).isInstanceOf(refusal);
  }

  private static void assertUnknown(Outcome<Proven> outcome) {
    assertRefused(outcome, Refusal.Unauthenticated.class);
  }

  /** X509-7: what a domain has taken out of its bundle proves nobody once that is read anew. */
  @Test
  void authorityThatLeavesTheBundleIsRefused_afterTheHint() {
    assertProves(prove(MESH));
    published = List.of(NEXT);
    pass(HINT.minusSeconds(200)); // before it asks behind, at 80 %
    assertProves(prove(MESH));
    assertThat(served).hasValue(1);
    pass(Duration.ofSeconds(200));
    assertUnknown(prove(MESH));
    assertProves(prove(NEXT));
    published = List.of();
    pass(HINT);
    assertUnknown(prove(NEXT));
  }

  /** As an unknown kid: at once where nobody has asked lately, then once in its interval. */
  @Test
  void authorityThatNobodyKnowsIsAskedFor_asOftenAsAnUnknownKid() {
    assertProves(prove(MESH));
    pass(Duration.ofSeconds(29));
    for (int i = 0; i < 5; i++) {
      assertUnknown(prove(NEXT));
    }
    assertThat(served).hasValue(1);
    pass(Duration.ofSeconds(1));
    for (int i = 0; i < 5; i++) {
      assertUnknown(prove(NEXT));
    }
    assertThat(served).hasValue(2);
    published = List.of(MESH, NEXT);
    pass(Duration.ofSeconds(30));
    assertProves(prove(NEXT));
    assertProves(prove(MESH));
    assertThat(served).hasValue(3);
  }

  /** What can be refused without the bundle makes nobody ask for it. */
  @Test
  void nonsenseNeverLeavesTheHouse() {
    var ended = svid().until(NOW.minusSeconds(1));
    assertUnknown(world.prove(new ShownCertificate(MESH.issue(ended), List.of()), PACKER, policy));
    assertUnknown(
        world.prove(
            new ShownCertificate(MESH.issue(TestAuthority.wanted()), List.of()), PACKER, policy));
    assertThat(served).hasValue(0);
  }

  /** Rule 10. */
  @Test
  void bundleThatIsAwayServesUntilItIsTooOld_thenNobodyComesIn() {
    away = true;
    assertRefused(prove(MESH), Refusal.Unavailable.class);
    away = false;
    pass(Duration.ofSeconds(1));
    assertProves(prove(MESH));
    away = true;
    pass(Duration.ofHours(1));
    assertProves(prove(MESH));
    assertUnknown(prove(NEXT));
    pass(Duration.ofHours(23).minusMillis(1));
    assertProves(prove(MESH));
    pass(Duration.ofMillis(1));
    assertRefused(prove(MESH), Refusal.Unavailable.class);
  }

  @Test
  void bundleWithoutAuthoritiesProvesNobody() {
    published = List.of();
    assertUnknown(prove(MESH));
  }
}
