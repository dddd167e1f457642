package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * People ask, decide, use and end on two brokers at once while each of the brokers in turn loses
 * its power: what anybody was told happened, has happened; what happened has its one event; and
 * whoever has to be told of it is told, in order.
 */
class PeopleKillIT {

  private static final int ROUNDS = 2;
  private static final int STEPS_BETWEEN_KILLS = 30;

  @TempDir static Path folder;

  private static SharedDatabase database;
  private static WebhookReceiver receiver;
  private static Map<String, String> settings;
  private static int firstPort;
  private static int secondPort;
  private static final AtomicReference<BrokerProcess> FIRST = new AtomicReference<>();
  private static final AtomicReference<BrokerProcess> SECOND = new AtomicReference<>();

  /** What a person was told: the grant and what became of it. */
  private record Said(String grant, String action) {}

  @BeforeAll
  static void start() throws IOException {
    firstPort = BrokerProcess.freePort();
    secondPort = BrokerProcess.freePort();
    String issuer = issuer();
    database = new SharedDatabase(folder.resolve("database"));
    receiver = new WebhookReceiver();
    settings = new HashMap<>(database.settings());
    settings.put("mayfly.issuer", issuer);
    settings.put(
        "mayfly.policy.file",
        Shop.policy(
                folder.resolve("policy.yaml"),
                text -> text.replace("http://localhost:8480/dev/login", issuer + "/dev/login"))
            .toString());
    settings.put("mayfly.login.device-poll", "1s");
    settings.put("mayfly.delivery.backoff", "200ms");
    settings.put("mayfly.delivery.backoff-at-most", "1s");
    settings.put("mayfly.delivery.every", "100ms");
    settings.put("mayfly.delivery.timeout", "2s");
    settings.put("mayfly.delivery.channels.desk.kind", "webhook");
    settings.put("mayfly.delivery.channels.desk.url", receiver.url());
    settings.put("mayfly.delivery.channels.desk.private-addresses", "true");
    settings.put("mayfly.delivery.channels.desk.topics", "grant.*");
    settings.put("mayfly.delivery.channels.desk.secret-file", secret().toString());
    FIRST.set(BrokerProcess.start(firstPort, folder, settings));
    SECOND.set(BrokerProcess.start(secondPort, folder, settings));
  }

  private static String issuer() {
    return "http://localhost:" + firstPort;
  }

  private static Path secret() throws IOException {
    Path file =
        Files.createFile(
            folder.resolve("desk.secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, "whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
  }

  @AfterAll
  static void stop() {
    SECOND.get().close();
    FIRST.get().close();
    receiver.close();
    database.close();
  }

  @Test
  void everyStepIsWholeOrNotAtAll_whenBrokersAreKilledUnderPeople_rules2_8_9() throws Exception {
    Member ada = Member.logIn("ada", FIRST.get(), issuer());
    Member grace = Member.logIn("grace", SECOND.get(), issuer());
    Queue<Said> said = new ConcurrentLinkedQueue<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> people = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Random random = new Random(i);
      Member asks = ada.alike();
      Member decides = grace.alike();
      people.add(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(() -> live(asks, decides, random, said, over)));
    }
    for (int round = 0; round < ROUNDS; round++) {
      awaitSteps(said);
      FIRST.get().kill();
      FIRST.set(BrokerProcess.start(firstPort, folder, settings));
      awaitSteps(said);
      SECOND.get().kill();
      SECOND.set(BrokerProcess.start(secondPort, folder, settings));
    }
    over.set(true);
    for (Thread person : people) {
      person.join();
    }
    assertThat(failures).isEmpty();
    assertThat(said.stream().map(Said::action))
        .contains("grant.request", "grant.approve", "grant.activate", "grant.deny")
        .contains("grant.release", "grant.cancel", "credential.mint");
    for (Said one : said) {
      assertThat(events(one.grant(), one.action())).as("somebody was told of %s", one).isEqualTo(1);
    }
    everyStateHasItsEvents();
    everyMessageArrives_inOrder();
  }

  /** Asks, has it decided, uses it, gives it back; breaks off anywhere. */
  private static void live(
      Member ada, Member grace, Random random, Queue<Said> said, AtomicBoolean over) {
    while (!over.get()) {
      try {
        String grant = ask(ada, random);
        said.add(new Said(grant, "grant.request"));
        switch (random.nextInt(6)) {
          case 0 -> act(grace, random, grant, "deny", "grant.deny", said);
          case 1 -> act(ada, random, grant, "end", "grant.cancel", said);
          default -> use(ada, grace, random, grant, said);
        }
      } catch (IOException | BrokenOff lost) {
        // A broker died in the middle: nobody knows what became of it, and somebody begins anew.
      }
    }
  }

  private static void use(Member ada, Member grace, Random random, String grant, Queue<Said> said)
      throws IOException, BrokenOff {
    act(grace, random, grant, "approve", "grant.approve", said);
    act(ada, random, grant, "activate", "grant.activate", said);
    if (random.nextBoolean()) {
      Client.Answer minted = ada.mint(any(random), "orders-admin");
      if (minted.status() == 200) {
        said.add(new Said(minted.body().get("grant").asText(), "credential.mint"));
      }
    }
    act(ada, random, grant, "end", "grant.release", said);
  }

  private static String ask(Member ada, Random random) throws IOException, BrokenOff {
    Map<String, Object> request =
        Map.of(
            "roles", List.of("orders-admin"),
            "reason", "order 4711 is stuck",
            "inputs", Map.of("order", "4711", "region", "eu"));
    Client.Answer answer = ada.post(any(random), "/v1/grants", request);
    if (answer.status() != 201) {
      throw new BrokenOff(answer);
    }
    return answer.body().get("items").get(0).get("id").asText();
  }

  private static void act(
      Member who, Random random, String grant, String act, String action, Queue<Said> said)
      throws IOException, BrokenOff {
    Client.Answer answer =
        who.post(any(random), "/v1/grants/" + grant + "/" + act, Map.of("reason", "it is time"));
    if (answer.status() != 200) {
      throw new BrokenOff(answer);
    }
    said.add(new Said(grant, action));
  }

  private static BrokerProcess any(Random random) {
    return random.nextBoolean() ? FIRST.get() : SECOND.get();
  }

  /** An answer that is no success: while a broker comes up, 503 and nothing else. */
  private static final class BrokenOff extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenOff(Client.Answer answer) {
      super(answer.toString());
      if (answer.status() != 503) {
        throw new AssertionError("answered " + answer);
      }
    }
  }

  private static void awaitSteps(Queue<Said> said) {
    int enough = said.size() + STEPS_BETWEEN_KILLS;
    Eventually.within(Duration.ofSeconds(60), () -> said.size() >= enough);
  }

  private static long events(String grant, String action) {
    return database.count(
        "SELECT LEAST(count(*), %s) FROM audit_events WHERE grant_id = '%s' AND action = '%s'"
            .formatted(action.equals("credential.mint") ? 1 : 2, grant, action));
  }

  /** Rule 8: each arrow of the machine that was walked has one event and one message. */
  private static void everyStateHasItsEvents() {
    assertThat(
            database.count(
                """
                SELECT count(*) FROM grants g WHERE kind = 'REQUESTED' AND (
                  SELECT array_agg(a.action ORDER BY array_position(ARRAY['grant.request', 'grant.agree', 'grant.approve',
                    'grant.activate', 'grant.deny', 'grant.cancel', 'grant.release'], a.action))
                  FROM audit_events a
                  WHERE a.grant_id = g.id AND a.action LIKE 'grant.%') IS DISTINCT FROM
                  CASE g.state
                    WHEN 'REQUESTED' THEN ARRAY['grant.request']
                    WHEN 'DENIED'    THEN ARRAY['grant.request', 'grant.deny']
                    WHEN 'CANCELLED' THEN CASE WHEN g.decided_at IS NULL THEN ARRAY['grant.request', 'grant.cancel']
                      ELSE ARRAY['grant.request', 'grant.agree', 'grant.approve', 'grant.cancel'] END
                    WHEN 'APPROVED'  THEN ARRAY['grant.request', 'grant.agree', 'grant.approve']
                    WHEN 'ACTIVE'    THEN ARRAY['grant.request', 'grant.agree', 'grant.approve', 'grant.activate']
                    WHEN 'RELEASED'  THEN ARRAY['grant.request', 'grant.agree', 'grant.approve', 'grant.activate',
                                                'grant.release']
                  END
                """))
        .as("grants whose events are not those of their state")
        .isZero();
    assertThat(
            database.count(
                """
                SELECT count(*) FROM grants g JOIN approvals a ON a.grant_id = g.id
                WHERE a.approver_id IN (g.identity_id, g.requested_by)
                """))
        .as("rule 9")
        .isZero();
    assertThat(
            database.count(
                """
                SELECT count(*) FROM grants g WHERE g.state = 'RELEASED'
                  AND (SELECT count(*) FROM revocations r WHERE r.grant_id = g.id AND r.scope = 'GRANT') <> 1
                """))
        .as("what was given back is revoked, once")
        .isZero();
  }

  private static void everyMessageArrives_inOrder() {
    String messages = "SELECT count(*) FROM outbox WHERE topic LIKE 'grant.%'";
    Eventually.within(
        Duration.ofSeconds(60), () -> receiver.told().size() == database.count(messages));
    assertThat(
            database.count(
                """
                SELECT count(*) FROM audit_events a
                WHERE a.action IN ('grant.request', 'grant.approve', 'grant.activate', 'grant.deny', 'grant.cancel',
                                   'grant.release')
                  AND a.detail ->> 'trust' IS NULL
                  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = a.id AND o.topic = a.action)
                """))
        .as("an event whose message is missing")
        .isZero();
    Map<String, List<String>> byGrant = new HashMap<>();
    receiver
        .told()
        .forEach(
            one -> byGrant.computeIfAbsent(one.grant(), g -> new ArrayList<>()).add(one.topic()));
    List<String> order =
        List.of(
            "grant.request",
            "grant.approve",
            "grant.activate",
            "grant.deny",
            "grant.cancel",
            "grant.release");
    byGrant.forEach(
        (grant, topics) ->
            assertThat(topics)
                .as("what the desk was told of %s", grant)
                .isSortedAccordingTo(
                    (a, b) -> Integer.compare(order.indexOf(a), order.indexOf(b))));
  }
}
