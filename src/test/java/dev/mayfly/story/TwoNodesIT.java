package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers on one database are one broker to whoever asks. */
class TwoNodesIT {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir static Path folder;

  private static SharedDatabase database;
  private static BrokerProcess one;
  private static BrokerProcess two;
  private static Shop shop;

  @BeforeAll
  static void start() throws IOException {
    database = new SharedDatabase(folder);
    int port = BrokerProcess.freePort();
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.put("mayfly.issuer", "http://localhost:" + port);
    settings.put("mayfly.lists.files", Files.createDirectory(folder.resolve("lists")).toString());
    shop = new Shop("http://localhost:" + port);
    one = BrokerProcess.start(port, folder, settings);
    two = BrokerProcess.start(BrokerProcess.freePort(), folder, settings);
  }

  @AfterAll
  static void stop() {
    two.close();
    one.close();
    database.close();
  }

  @Test
  void tokenOfOneNodeVerifiesAtTheOther() throws IOException {
    String token = shop.checkout().token(one, Map.of()).token();

    assertThat(RelyingService.verify(two, token))
        .containsEntry("sub", "spiffe://shop.test/storefront/checkout");
    assertThat(RelyingService.isRevoked(two, token)).isFalse();
    assertThat(shop.orders().introspect(two, token).body().get("active").asBoolean()).isTrue();
  }

  @Test
  void assertionIsGoodForOneToken_whenBothNodesSeeItAtTheSameMoment() throws Exception {
    for (int round = 0; round < 20; round++) {
      Map<String, String> same = Map.of("client_assertion", shop.checkout().assertion());
      List<Integer> statuses =
          atOnce(
              () -> shop.checkout().token(one, same).status(),
              () -> shop.checkout().token(two, same).status());
      assertThat(statuses).containsExactlyInAnyOrder(200, 401);
    }
  }

  /** RFC 9449 11.1: one replay store, and a nonce of one node is good at the other. */
  @Test
  void dpopProofIsGoodForOneToken_whenBothNodesSeeItAtTheSameMoment() throws Exception {
    Client checkout = shop.checkout();
    String nonce = checkout.nonce(one);
    for (int round = 0; round < 20; round++) {
      Map<String, String> same = Map.of("DPoP", checkout.dpopProof(nonce));
      List<Integer> statuses =
          atOnce(
              () -> checkout.token(one, Map.of(), same).status(),
              () -> checkout.token(two, Map.of(), same).status());
      assertThat(statuses).containsExactlyInAnyOrder(200, 400);
    }
  }

  @Test
  void idempotencyKeyIsGoodForOneCredential_whenBothNodesSeeItAtTheSameMoment() throws Exception {
    long before = database.count("SELECT count(*) FROM credentials");
    for (int round = 0; round < 20; round++) {
      Map<String, String> header = Map.of("Idempotency-Key", "round-" + round);
      List<Object> ids =
          atOnce(
              () -> id(shop.checkout().token(one, Map.of(), header)),
              () -> id(shop.checkout().token(two, Map.of(), header)));
      assertThat(ids.get(0)).isEqualTo(ids.get(1));
    }
    assertThat(database.count("SELECT count(*) FROM credentials")).isEqualTo(before + 20);
  }

  private static Object id(Client.Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return RelyingService.verify(one, answer.token()).get("jti");
  }

  @Test
  void revocationAtOneNodeIsServedByTheOtherWithinASecond_rules6and7() throws IOException {
    List<Duration> times = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      String token = shop.checkout().token(one, Map.of()).token();
      String id = (String) RelyingService.verify(one, token).get("jti");
      shop.revoke(one, "credential", id);
      times.add(
          Eventually.within(Duration.ofSeconds(10), () -> RelyingService.isRevoked(two, token)));
      assertThat(RelyingService.isRevoked(one, token) || RelyingService.isRevoked(two, token))
          .isTrue();
    }
    Collections.sort(times);
    System.out.printf(
        "answer to a revocation -> on the other node's list: median %d ms, slowest of %d: %d ms%n",
        times.get(times.size() / 2).toMillis(), times.size(), times.getLast().toMillis());
    assertThat(times.getLast()).isLessThan(SECOND);
  }

  @Test
  void bothNodesServeTheSameBytes_afterARevocation() throws IOException {
    String token = shop.nightlyReport().token(one, Map.of()).token();
    shop.revoke(two, "credential", (String) RelyingService.verify(one, token).get("jti"));
    Eventually.within(
        SECOND.multipliedBy(5),
        () -> RelyingService.isRevoked(one, token) && RelyingService.isRevoked(two, token));

    assertThat(RelyingService.list(one, token)).isEqualTo(RelyingService.list(two, token));
  }

  /** Both write into one folder, and it says what both say. */
  @Test
  void sharedFolderHoldsTheVeryBytesThatBothNodesServe_afterARevocation() throws IOException {
    Path lists = folder.resolve("lists");
    String token = shop.nightlyReport().token(one, Map.of()).token();
    shop.revoke(two, "credential", (String) RelyingService.verify(one, token).get("jti"));
    Eventually.within(
        SECOND.multipliedBy(5),
        () -> RelyingService.isRevoked(one, token) && RelyingService.isRevoked(two, token));

    for (String kind : List.of("status-lists", "crl", "ca", "ssh")) {
      List<String> paths = names(lists, kind);
      assertThat(paths).as("%s", kind).hasSizeGreaterThanOrEqualTo(1);
      for (String path : paths) {
        for (BrokerProcess node : List.of(one, two)) {
          Eventually.within(
              SECOND.multipliedBy(5),
              () -> Arrays.equals(RelyingService.bytes(node.at("/" + path)), bytes(lists, path)));
        }
      }
    }
    assertThat(names(lists, "ca")).contains("ca/trust.pem");
    assertThat(names(lists, "ssh")).contains("ssh/krl", "ssh/user-ca.pub", "ssh/host-ca.pub");
  }

  /**
   * Without what is being written at this moment, which has a name of its own until it is whole.
   */
  private static List<String> names(Path lists, String folder) throws IOException {
    try (var files = Files.list(lists.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .map(name -> folder + "/" + name)
          .toList();
    }
  }

  private static byte[] bytes(Path lists, String path) {
    try {
      return Files.readAllBytes(lists.resolve(path));
    } catch (IOException e) {
      return new byte[0];
    }
  }

  @Test
  void mintFailsOnEveryNode_onceTheIdentityIsRevoked_rule3() throws IOException {
    Client orders = shop.orders();
    assertThat(orders.token(one, Map.of()).status()).isEqualTo(200);
    String token = orders.token(two, Map.of()).token();
    String identity =
        Client.api(one.at("/v1/identities"), shop.operatorToken(one), Map.of())
            .body()
            .findValuesAsText("id")
            .stream()
            .filter(id -> isOrders(id))
            .findFirst()
            .orElseThrow();

    shop.revoke(one, "identity", identity);

    assertThat(orders.token(one, Map.of()).status()).isEqualTo(400);
    assertThat(orders.token(two, Map.of()).status()).isEqualTo(400);
    Eventually.within(SECOND.multipliedBy(5), () -> RelyingService.isRevoked(two, token));

    Client.Answer resumed =
        Client.api(
            two.at("/v1/identities/" + identity + "/resume"),
            shop.operatorToken(two),
            Map.of("reason", "the key was replaced"));
    assertThat(resumed.status()).as("%s", resumed).isEqualTo(200);
    assertThat(orders.token(one, Map.of()).status()).as("policy still entitles it").isEqualTo(200);
    assertThat(RelyingService.isRevoked(two, token)).as("rule 6").isTrue();
  }

  private static boolean isOrders(String identity) {
    return database.count(
            "SELECT count(*) FROM identities WHERE entry = 'orders' AND id = '" + identity + "'")
        == 1;
  }

  private static <T> List<T> atOnce(Callable<T> first, Callable<T> second) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (var result : threads.invokeAll(List.of(first, second))) {
        results.add(result.get());
      }
      return results;
    }
  }
}
