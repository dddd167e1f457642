package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 2 against a power cut: the ledger knows every credential that anybody received. */
class KillIT {

  private static final int CLIENTS = 8;
  private static final int ENOUGH = 400;

  @TempDir Path folder;

  @Test
  void ledgerAccountsForEveryTokenAnyClientReceived_whenTheBrokerIsKilledUnderLoad_rule2()
      throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      settings.put("mayfly.node.heartbeat", "1s");
      settings.put("mayfly.node.dead-after", "3s");
      Shop shop = new Shop("http://localhost:" + port);
      Queue<String> received = new ConcurrentLinkedQueue<>();
      Queue<String> shown = new ConcurrentLinkedQueue<>();

      BrokerProcess broker = BrokerProcess.start(port, folder, settings);
      List<Thread> clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(
                  i ->
                      Thread.ofVirtual().start(() -> askUntilItDies(broker, shop, received, shown)))
              .toList();
      Eventually.within(Duration.ofSeconds(60), () -> received.size() >= ENOUGH);
      broker.kill();
      for (Thread client : clients) {
        client.join();
      }

      try (BrokerProcess again = BrokerProcess.start(port, folder, settings)) {
        assertThat(received).doesNotHaveDuplicates();
        assertThat(recorded(database, received)).isEqualTo(received.size());
        assertThat(
                database.count(
                    "SELECT count(*) FROM audit_events WHERE action = 'credential.mint'"))
            .as("rule 8: one event for each credential, also for those nobody received")
            .isEqualTo(database.count("SELECT count(*) FROM credentials WHERE kind = 'JWT'"));
        assertThat(shop.checkout().token(again, Map.of("client_assertion", shown.peek())).status())
            .as("an assertion used before the kill is used for ever")
            .isEqualTo(401);
        assertThat(shop.checkout().token(again, Map.of()).status()).isEqualTo(200);
        listsWhatPerhapsNobodyReceived(again, shop, database, received);
      }
    }
  }

  /** Decision 0011: every credential that was recorded and not received, and it can be revoked. */
  private static void listsWhatPerhapsNobodyReceived(
      BrokerProcess again, Shop shop, SharedDatabase database, Queue<String> received)
      throws IOException {
    Set<String> listed = new HashSet<>();
    Eventually.within(
        Duration.ofSeconds(20), () -> listed.addAll(undelivered(again, shop)) || !listed.isEmpty());
    assertThat(
            database.count(
                "SELECT count(*) FROM credentials c JOIN lists l ON l.id = c.list_id"
                    + " WHERE l.node_id = (SELECT node_id FROM answering ORDER BY told_at LIMIT 1)"
                    + " AND c.id NOT IN ("
                    + quoted(Stream.concat(received.stream(), listed.stream()))
                    + ")"))
        .as("whatever the dead node recorded was received, or is listed")
        .isZero();
    System.out.printf(
        "listed as not confirmed: %d, received: %d%n", listed.size(), received.size());

    String one = listed.iterator().next();
    shop.revoke(again, "credential", one);
    Client.Answer found =
        Client.api(again.at("/v1/credentials/" + one), shop.operatorToken(again), Map.of());
    assertThat(found.body().get("state").asText()).isEqualTo("REVOKED");
  }

  private static Set<String> undelivered(BrokerProcess broker, Shop shop) {
    Set<String> ids = new HashSet<>();
    String after = "";
    do {
      String path = "/v1/credentials?undelivered=true&limit=200" + after;
      try {
        var page = Client.api(broker.at(path), shop.operatorToken(broker), Map.of()).body();
        page.get("items").forEach(item -> ids.add(item.get("id").asText()));
        after = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : "";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } while (!after.isEmpty());
    return ids;
  }

  private static String quoted(Stream<String> ids) {
    return ids.map(id -> "'" + id + "'").collect(Collectors.joining(","));
  }

  private static void askUntilItDies(
      BrokerProcess broker, Shop shop, Queue<String> received, Queue<String> shown) {
    Client checkout = shop.checkout();
    try {
      while (true) {
        String assertion = checkout.assertion();
        Client.Answer answer = checkout.token(broker, Map.of("client_assertion", assertion));
        if (answer.status() == 200) {
          received.add(SignedJWT.parse(answer.token()).getJWTClaimsSet().getJWTID());
          shown.add(assertion);
        }
      }
    } catch (IOException died) {
      // The end of the broker is the end of this client.
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long recorded(SharedDatabase database, Queue<String> ids) {
    return database.count(
        "SELECT count(*) FROM credentials WHERE id IN (" + quoted(ids.stream()) + ")");
  }
}
