package dev.mayfly.grant.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import dev.mayfly.grant.check.LoopbackChecker.Asked;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CheckResult.Result;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Elevated;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.PolicyDocument;
import dev.mayfly.policy.Subject;
import dev.mayfly.policy.Wish;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked, how it is signed, and that whatever goes wrong is no yes (rule 10). */
class ChecksTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Fact LEFT_ALONE =
      Fact.failed("it was silent 3 times: it is asked again within 10s");

  private final Vertx vertx = Vertx.vertx();
  private final LoopbackChecker checker = new LoopbackChecker();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(java.time.Clock.systemUTC().instant());
  private final Map<String, String> settings = LoopbackChecker.settings("ticket", "on_call");
  private String root = checker.root();

  @AfterEach
  void close() {
    checker.close();
    vertx.closeAndAwait();
  }

  @Test
  void othersBelieveOurQuestion_andNotAnAlteredOne() throws IOException, InterruptedException {
    assertThat(Path.of("target/third-party/node_modules/standardwebhooks"))
        .describedAs("run .ci/third-party once: it installs what this needs")
        .exists();
    String before = "whsec_" + "b2xk".repeat(10);
    settings.put(
        "mayfly.grant.checks.ticket.secret-file",
        LoopbackChecker.file(before + "\n" + LoopbackChecker.SECRET).toString());
    checker.says("ticket", true).says("on_call", true);
    ask(checks());
    Asked seen =
        checker.asked().stream()
            .filter(one -> one.check().equals("ticket"))
            .findAny()
            .orElseThrow();
    assertThat(seen.signature().split(" ", -1)).as("each secret signs").hasSize(2);
    assertThat(verify(seen, seen.body())).isZero();
    assertThat(verify(seen, seen.body().replace("restart", "restore"))).isNotZero();
  }

  @Test
  void questionSaysWhoWantsWhat_andEachHasItsOwnId() {
    checker.says("ticket", true).says("on_call", false);
    assertThat(ask(checks()))
        .containsEntry("ticket", Fact.met(""))
        .containsEntry("on_call", Fact.notMet("the answer was no"));
    assertThat(checker.asked()).extracting(Asked::id).doesNotHaveDuplicates();
    Asked ticket =
        checker.asked().stream()
            .filter(one -> one.check().equals("ticket"))
            .findAny()
            .orElseThrow();
    assertThat(ticket.json())
        .isEqualTo(
            new JsonObject()
                .put("id", ticket.id())
                .put("check", "ticket")
                .put("role", "restart")
                .put("requester", "spiffe://acme.example/people/grace")
                .put("holder", "spiffe://acme.example/people/ada")
                .put("reason", "it hangs")
                .put("ticket", "OPS-7")
                .put("inputs", new JsonObject().put("host", "web"))
                .put("scopes", List.of("host:restart"))
                .put("audiences", List.of("https://host.acme.example"))
                .put("duration", "PT30M"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " ~ ",
      value = {
        "503 ~ {\"holds\": true} ~ it answered 503",
        "201 ~ {\"holds\": true} ~ it answered 201",
        "307 ~ {\"holds\": true} ~ it answered 307",
        "200 ~ yes ~ BAD",
        "200 ~ {} ~ BAD",
        "200 ~ {\"holds\": \"true\"} ~ BAD",
        "200 ~ {\"holds\": 1} ~ BAD",
        "200 ~ {\"holds\": null} ~ BAD",
        "200 ~ [true] ~ BAD",
        "200 ~ {\"holds\": false, \"holds\": true} ~ BAD",
        "200 ~ {\"holds\": true} x ~ BAD",
        "200 ~ {\"holds\": true, \"why\": 5} ~ BAD",
      })
  void answerIsNone_whenItIsNotAsAgreed(int status, String body, String why) {
    checker.says("ticket", LoopbackChecker.text(status, body)).says("on_call", true);
    String said = why.equals("BAD") ? "its answer was not {\"holds\": true|false}" : why;
    assertThat(ask(checks())).containsEntry("ticket", Fact.failed(said));
  }

  @Test
  void answerIsNone_whenItIsTooLong() {
    String long4096 = "{\"holds\": true, \"x\": \"%s\"}".formatted("x".repeat(4096 - 24));
    assertThat(long4096).hasSize(4096);
    checker.says("ticket", LoopbackChecker.text(200, long4096));
    checker.says("on_call", LoopbackChecker.text(200, long4096 + " "));
    assertThat(ask(checks()))
        .containsEntry("ticket", Fact.met(""))
        .containsEntry("on_call", Fact.failed("its answer was longer than 4096 bytes"));
  }

  @Test
  void answerIsNone_whenItComesTooLateOrNotAtAll() {
    checker.says("ticket", checker.hangs()).says("on_call", checker.dribbles());
    assertThat(ask(checks()))
        .containsEntry("ticket", Fact.failed("it timed out after 3s"))
        .containsEntry("on_call", Fact.failed("it timed out after 3s"));
    checker.says("ticket", exchange -> {});
    assertThat(ask(checks())).containsEntry("ticket", Fact.failed("it hung up without an answer"));
  }

  @Test
  void answerIsNone_whenNobodyIsThereOrTlsFails() throws IOException {
    try (UntrustedServer untrusted = new UntrustedServer()) {
      root = untrusted.root();
      assertThat(ask(checks())).containsEntry("ticket", Fact.failed("TLS with it failed"));
      assertThat(untrusted.requests()).as("nothing was told to it").isZero();
    }
    try (ServerSocket gone = new ServerSocket(0)) {
      root = "http://127.0.0.1:" + gone.getLocalPort();
    }
    assertThat(ask(checks())).containsEntry("ticket", Fact.failed("nobody listens at its address"));
    root = "https://nobody.invalid";
    assertThat(ask(checks())).containsEntry("ticket", Fact.failed("its name is not known"));
  }

  @Test
  void nobodyIsAsked_whenTheSettingsDoNotSaySo() {
    checker.says("ticket", true).says("on_call", true);
    settings.remove("mayfly.grant.checks.ticket.secret-file");
    settings.remove("mayfly.grant.checks.ticket.private-addresses");
    settings.put("mayfly.grant.checks.on_call.private-addresses", "false");
    String open =
        "its address is private: set mayfly.grant.checks.%s.private-addresses if that is meant";
    assertThat(ask(checks()))
        .containsEntry(
            "ticket", Fact.failed("it has no secret: set mayfly.grant.checks.ticket.secret-file"))
        .containsEntry("on_call", Fact.failed(open.formatted("on_call")));
    root = "https://127.0.0.2";
    assertThat(ask(checks()))
        .as("judged where it leads to")
        .containsEntry("on_call", Fact.failed(open.formatted("on_call")));
    assertThat(checker.asked()).isEmpty();
  }

  @Test
  void settingsAreRefused_whenTheSecretIsNone() {
    settings.put("mayfly.grant.checks.ticket.secret-file", LoopbackChecker.file("hush").toString());
    assertThatThrownBy(this::checks)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "mayfly.grant.checks.ticket.secret-file: a webhook's secret is whsec_")
        .hasMessageNotContaining("hush");
  }

  @Test
  void whyIsOnePlainLine_whateverWasSaid() {
    String why = "closed\\n\\u001b[31m<b>\\u202e" + "x".repeat(300);
    checker.says(
        "ticket", LoopbackChecker.text(200, "{\"holds\": false, \"why\": \"%s\"}".formatted(why)));
    checker.says(
        "on_call", LoopbackChecker.text(200, "{\"holds\": true, \"why\": \"until noon\"}"));
    Map<String, Fact> heard = ask(checks());
    assertThat(heard).containsEntry("on_call", Fact.met("until noon"));
    assertThat(heard.get("ticket").result()).isEqualTo(Result.NOT_MET);
    assertThat(heard.get("ticket").why()).startsWith("closed  [31m<b> xxx").hasSize(200);
  }

  /** Each answers only once both were asked: asked one after the other, both would time out. */
  @Test
  void checksAreAskedAtTheSameTime() {
    CyclicBarrier both = new CyclicBarrier(2);
    checker.whileAsked(() -> meet(both));
    checker.says("ticket", true).says("on_call", true);
    assertThat(ask(checks()).values()).containsOnly(Fact.met(""));
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void silentCheckIsLeftAlone_untilItsPauseIsOver() {
    Checks checks = checks();
    checker.says("ticket", checker.hangs()).says("on_call", true);
    silences(checks, "grace", "grace", "joan");
    checker.says("ticket", true);
    for (String requester : List.of("grace", "joan", "ned")) {
      assertThat(ask(checks, requester)).containsEntry("ticket", LEFT_ALONE);
    }
    assertThat(checker.takeNames()).containsOnly("on_call");
    now.updateAndGet(then -> then.plus(Silence.PAUSE));
    assertThat(ask(checks, "ned")).containsEntry("ticket", Fact.met(""));
    assertThat(ask(checks, "grace"))
        .as("one answer opens the way")
        .containsEntry("ticket", Fact.met(""));
  }

  /** What is asked is the requester's to write: it may be what the check chokes on. */
  @Test
  void checkIsAskedForOthers_whenItWasSilentToOneRequester() {
    Checks checks = checks();
    checker.says("ticket", checker.hangs()).says("on_call", true);
    silences(checks, "mallory", "mallory", "mallory");
    checker.says("ticket", true);
    assertThat(ask(checks, "mallory")).containsEntry("ticket", LEFT_ALONE);
    assertThat(ask(checks, "grace")).containsEntry("ticket", Fact.met(""));
    assertThat(ask(checks, "mallory")).containsEntry("ticket", Fact.met(""));
  }

  /** All at one time, so that the test waits for one of them. */
  private void silences(Checks checks, String... requesters) {
    List<Uni<Map<String, Fact>>> all = new ArrayList<>();
    for (String requester : requesters) {
      all.add(checks.ask(question(requester), requester));
    }
    Uni.join().all(all).andFailFast().await().atMost(LIMIT);
    checker.takeNames();
  }

  /** Places are counted by who acts, silences by who wrote what was asked. */
  @Test
  void actorHasNoMoreThanTheirPlaces_andOthersHaveTheirs() {
    settings.put("mayfly.grant.checks-each", "1");
    Checks checks = checks();
    checker.says("ticket", true).says("on_call", true);
    CountDownLatch asked = new CountDownLatch(1);
    checker.whileAsked(() -> pass(asked));
    var first = checks.ask(question(), "mallory").subscribeAsCompletionStage();
    var second = checks.ask(question(), "mallory").subscribeAsCompletionStage();
    var others = checks.ask(question(), "ada").subscribeAsCompletionStage();
    asked.countDown();
    assertThat(first.join().values()).containsOnly(Fact.met(""));
    assertThat(second.join().values())
        .containsOnly(Fact.failed("as much is being asked for you as may be: try again"));
    assertThat(others.join().values()).containsOnly(Fact.met(""));
    assertThat(ask(checks)).as("places are given back").containsEntry("ticket", Fact.met(""));
  }

  /** The bound is each check's own: a slow one takes no place from another. */
  @Test
  void oneTooManyHasNoAnswer_andItsPlaceIsGivenBack() {
    settings.put("mayfly.grant.checks-at-once", "1");
    Checks checks = checks();
    checker.says("ticket", true).says("on_call", true);
    Fact tooMany = Fact.failed("too much is being asked at this moment: try again");
    for (int times = 0; times < 3; times++) {
      CountDownLatch bothWished = new CountDownLatch(1);
      checker.whileAsked(() -> pass(bothWished));
      var first = checks.ask(question(), "grace").subscribeAsCompletionStage();
      var second = checks.ask(question(), "grace").subscribeAsCompletionStage();
      bothWished.countDown(); // whichever came first has its place until now
      assertThat(Uni.createFrom().completionStage(first).await().atMost(LIMIT).values())
          .containsOnly(Fact.met(""));
      assertThat(Uni.createFrom().completionStage(second).await().atMost(LIMIT).values())
          .containsOnly(tooMany);
    }
  }

  private static void pass(CountDownLatch gate) {
    try {
      assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<String, Fact> ask(Checks checks) {
    return ask(checks, "grace");
  }

  private Map<String, Fact> ask(Checks checks, String requester) {
    return checks.ask(question(requester), requester).await().atMost(LIMIT);
  }

  private Checks checks() {
    CheckConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withSources(new PropertiesConfigSource(new HashMap<>(settings), "test", 500))
            .withMapping(CheckConfig.class)
            .build()
            .getConfigMapping(CheckConfig.class);
    return new Checks(config, vertx, now::get, new SimpleMeterRegistry());
  }

  private Question question() {
    return question("grace");
  }

  private Question question(String requester) {
    CompiledPolicy policy = policy();
    Subject ada =
        new Subject(
            "spiffe://acme.example/people/ada",
            policy.logins("staff").getFirst().entry(),
            Map.of("groups", List.of("staff", "engineers")));
    Wish wish =
        new Wish(
            "restart",
            Optional.empty(),
            "it hangs",
            Optional.of("OPS-7"),
            Optional.empty(),
            Set.of(),
            List.of(),
            Optional.empty(),
            Map.of("host", "web"),
            Map.of());
    Outcome<Assessment> assessed =
        policy.assess(new Elevated(ada, now.get(), Optional.empty(), Set.of()), wish, now.get());
    if (assessed instanceof Outcome.Ok<Assessment>(Assessment assessment)) {
      return new Question(
          "spiffe://acme.example/people/" + requester,
          ada.name(),
          Optional.empty(),
          wish,
          assessment);
    }
    throw new AssertionError(assessed);
  }

  private CompiledPolicy policy() {
    try {
      String text =
          Files.readString(Path.of("src/test/resources/elevation/policy.yaml"))
              .replace("http://127.0.0.1:1", root);
      return CompiledPolicy.of(
          PolicyDocument.judge(text, now.get()).policy().orElseThrow(),
          "https://broker.acme.example");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static int verify(Asked seen, String body) throws IOException, InterruptedException {
    Path in = Files.createTempFile("question", ".json");
    Files.writeString(
        in,
        new JsonObject()
            .put("secret", LoopbackChecker.SECRET)
            .put("body", body)
            .put(
                "headers",
                new JsonObject()
                    .put("webhook-id", seen.id())
                    .put("webhook-timestamp", seen.timestamp())
                    .put("webhook-signature", seen.signature()))
            .encode());
    Process node =
        new ProcessBuilder("node", "src/test/third-party/verify-webhook.mjs")
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Files.createTempFile("question", ".out").toFile())
            .start();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return node.exitValue();
  }
}
