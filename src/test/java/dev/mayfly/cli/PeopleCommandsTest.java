package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.http.StaffProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people do at a terminal, from the catalog to the end of a grant, with a real broker. */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class PeopleCommandsTest extends AdaAndGrace {

  private static final List<String> MEND =
      List.of("orders-admin", "--reason", "it hangs", "-i", "order=4711", "-i", "region=eu");

  private static Json json(CommandRun terminal, String... words) {
    String[] all = Stream.concat(Stream.of(words), Stream.of("--json")).toArray(String[]::new);
    assertThat(terminal.run(all)).as(terminal.err() + terminal.out()).isZero();
    return Json.parse(terminal.out()).orElseThrow();
  }

  private static String[] words(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  /** Ada's request, from which a story goes on. */
  private String requested() {
    String[] words = words(List.of("request"), words(MEND));
    return json(ada, words).objects("items").getFirst().show("id");
  }

  private String live() {
    String id = requested();
    json(grace, "approve", id);
    json(ada, "activate", id);
    return id;
  }

  @Test
  void catalogShowsWhatOneMayRequest_andNothingElse() {
    assertThat(ada.run("roles")).isZero();
    assertThat(ada.out()).contains("orders-admin", "high", "30m", "2h", "logs-reader");
    assertThat(ada.out()).doesNotContain("stock-keeper");
    assertThat(ada.run("roles", "orders-admin")).isZero();
    assertThat(ada.out())
        .contains("5m to 2h, usually 30m", "order  The order to mend", "may be left out", "sre");
    assertThat(ada.run("roles", "stock-keeper")).isEqualTo(3);
    assertThat(json(ada, "roles", "logs-reader").show("risk")).isEqualTo("low");
  }

  @Test
  void whoIsNotLoggedInIsToldSo() {
    CommandRun nobody = new CommandRun(folder.resolve("cache"));
    nobody.environment.put("MAYFLY_BROKER", issuer);
    nobody.environment.put("XDG_STATE_HOME", folder.resolve("nobody").toString());
    assertThat(nobody.run("roles")).isEqualTo(4);
    assertThat(nobody.err()).contains("nobody is logged in", "mayfly login");
  }

  @Test
  void requestIsApprovedByAnother_begun_andEnded() {
    assertThat(ada.run(words(List.of("request"), words(MEND, "--for", "20m")))).isZero();
    assertThat(ada.out()).contains("REQUESTED", "orders-admin", "lapses in");
    assertThat(ada.err()).contains("mayfly grants show");
    String id = json(ada, "grants").objects("items").getFirst().show("id");

    assertThat(grace.run("inbox")).isZero();
    assertThat(grace.out()).contains(id, "20m", "it hangs", "order=4711", "region=eu");
    assertThat(ada.run("approve", id)).isEqualTo(3);
    assertThat(grace.run("approve", id, "--reason", "go on")).isZero();
    assertThat(grace.out()).contains("APPROVED");
    assertThat(ada.run("activate", id)).isZero();
    assertThat(ada.out()).contains("ACTIVE", "ends in 20m");
    assertThat(ada.err()).contains("mayfly run --role orders-admin");

    assertThat(ada.run("grants", "history", id)).isZero();
    assertThat(ada.out()).contains("grant.request", "grant.approve", "grant.activate");
    assertThat(ada.run("end", id, "--reason", "mended")).isZero();
    assertThat(ada.out()).contains("RELEASED");
    assertThat(json(ada, "grants", "show", id).show("cause")).contains("mended");
  }

  /** From the terminal of who asks to the agent's own, and to the service that the token is for. */
  @Test
  void agentActsForWhoIsLoggedIn_untilTheyLogOut() {
    List<String> asked =
        List.of("ensure", "logs-reader", "--reason", "who called", "--agent", "support-assistant");
    assertThat(ada.run(words(asked))).isEqualTo(2);
    assertThat(ada.err()).contains("--agent and --task belong together");
    Json grant = json(ada, words(asked, "--task", "ticket-7"));
    assertThat(ada.run(words(asked, "--task", "ticket-7"))).isZero();
    assertThat(ada.err()).contains("mayfly token -k ITS-KEY --role logs-reader --grant");

    CommandRun agent = new CommandRun(folder.resolve("cache"));
    agent.clock.beSystemTime();
    agent.environment.put("MAYFLY_BROKER", issuer);
    agent.environment.put("MAYFLY_KEY_FILE", "keys-dev/support-assistant.jwk.json");
    String[] mint = {"token", "--role", "logs-reader", "--grant", grant.show("id")};
    assertThat(agent.run(mint)).as(agent.err()).isZero();
    assertThat(agent.err()).contains("spiffe://shop.test/support/assistant", "ticket-7");
    agent.in = agent.out();
    assertThat(agent.run("verify", "-a", "https://logs.shop.test", "-")).as(agent.out()).isZero();
    assertThat(agent.out())
        .containsPattern("subject +spiffe://shop.test/staff/ada-")
        .containsPattern("agent +spiffe://shop.test/support/assistant")
        .containsPattern("task +ticket-7");

    assertThat(ada.run("logout")).isZero();
    assertThat(agent.run(mint)).isEqualTo(3);
  }

  /** What is narrower than the role, and whom an agent acts for, is part of what is decided. */
  @Test
  void whoDecidesSeesWhatOfTheRoleIsAskedFor_andForWhom() {
    List<String> agent = List.of("--agent", "support-assistant", "--task", "ticket-8");
    List<String> less = List.of("--scope", "orders:read", "--no-wait");
    String[] ask = words(MEND, less.toArray(String[]::new));
    String id =
        json(
                ada,
                words(List.of("request"), words(Arrays.asList(ask), agent.toArray(String[]::new))))
            .objects("items")
            .getFirst()
            .show("id");

    assertThat(grace.run("inbox")).isZero();
    assertThat(grace.out())
        .contains("support/assistant for spiffe://shop.test/staff/ada-")
        .contains("task=ticket-8", "scopes orders:read");
    assertThat(json(grace, "grants", "show", id).texts("scopes")).containsExactly("orders:read");
  }

  @Test
  void denialIsSeenByWhoAsked() {
    String id = requested();
    assertThat(grace.run("deny", id, "--reason", "not now")).isZero();
    assertThat(json(ada, "grants", "show", id).show("state")).isEqualTo("DENIED");
    assertThat(ada.run("activate", id)).isEqualTo(3);
  }

  @Test
  void missingAnswersAreAskedFor_untilTheyHaveTheirForm() {
    ada.asking = true;
    ada.in = "no number\n4711\n200\n\nmars\neu\n\nit hangs\n";
    assertThat(ada.run("request", "orders-admin", "--no-wait")).as(ada.err()).isZero();
    assertThat(ada.err())
        .contains("The order to mend", "one of eu, us", "Enter for none", "it must be");
    Json grant = json(ada, "grants").objects("items").getFirst();
    assertThat(grant.show("reason")).isEqualTo("it hangs");
    Json inputs = grant.object("inputs").orElseThrow();
    assertThat(inputs.show("order")).isEqualTo("4711");
    assertThat(inputs.show("region")).isEqualTo("eu");
    assertThat(inputs.members()).doesNotContainKey("lines");
  }

  @Test
  void nothingIsAsked_whereNobodySits() {
    assertThat(ada.run("request", "orders-admin")).isEqualTo(2);
    assertThat(ada.err()).contains("--reason is missing");
  }

  @Test
  void requestIsWaitedFor_atATerminal() {
    ada.asking = true;
    ada.whileWaiting =
        () -> {
          ada.clock.beSystemTime();
          String id =
              json(grace, "inbox").objects("to_decide").stream()
                  .map(item -> item.object("grant").orElseThrow())
                  .filter(grant -> grant.show("reason").equals("watched"))
                  .findFirst()
                  .orElseThrow()
                  .show("id");
          json(grace, "approve", id);
        };
    assertThat(
            ada.run(
                "ensure",
                "orders-admin",
                "--reason",
                "watched",
                "-i",
                "order=1",
                "-i",
                "region=us",
                "-i",
                "lines=3"))
        .as(ada.err())
        .isZero();
    assertThat(ada.out()).contains("ACTIVE");
  }

  @Test
  void requestStandsAndIsFoundAgain_whenNobodyWaitsAnyMore() {
    ada.asking = true;
    ada.whileWaiting = () -> Thread.currentThread().interrupt();
    int exit = ada.run(words(List.of("request"), words(MEND, "-i", "lines=1")));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(exit).isEqualTo(3);
    assertThat(ada.err()).contains("the request stands", "mayfly grants show");
    String id = json(ada, "grants").objects("items").getFirst().show("id");
    assertThat(json(ada, "grants", "show", id).show("state")).isEqualTo("REQUESTED");
  }

  @Test
  void ensureIsIdempotent_andTellsWhetherTheRoleIsHeld() {
    String[] ensure = words(List.of("ensure"), words(MEND));
    assertThat(ada.run(ensure)).isEqualTo(5);
    String id = json(ada, "grants").objects("items").getFirst().show("id");
    assertThat(ada.run(ensure)).isEqualTo(5);
    assertThat(ada.out()).contains(id);
    json(grace, "approve", id);
    assertThat(ada.run(ensure)).isZero();
    assertThat(ada.out()).contains("ACTIVE", id);
  }

  @Test
  void dryRunTellsTheOutcome_andWritesNothing() {
    assertThat(ada.run(words(List.of("request", "--dry-run"), words(MEND)))).isZero();
    assertThat(ada.out()).contains("would wait for a decision", "sre");
    assertThat(ada.run(words(List.of("request", "-n"), words(MEND, "-i", "lines=90"))))
        .isEqualTo(3);
    assertThat(ada.out()).contains("would be refused", "not met");
    assertThat(json(ada, "grants", "--role", "orders-admin").objects("items")).isEmpty();
  }

  @Test
  void breakGlassIsMeantTwice_andReviewedByAnother() {
    List<String> words =
        List.of("request", "stock-emergency", "--reason", "it stands", "--break-glass");
    assertThat(ada.run(words(words))).isEqualTo(2);
    assertThat(ada.err()).contains("--yes");
    assertThat(ada.run(words(words, "-n"))).isZero();
    assertThat(ada.out()).contains("would be approved at once", "2 of sre");
    Json taken = json(ada, words(words, "--yes")).objects("items").getFirst();
    assertThat(taken.show("state")).isEqualTo("ACTIVE");
    assertThat(grace.run("inbox")).isZero();
    assertThat(grace.out()).contains(taken.show("id"), "REVIEW", "it stands");
    assertThat(ada.run("review", taken.show("id"), "--finding", "fine")).isEqualTo(3);
    assertThat(json(grace, "review", taken.show("id"), "--finding", "fine").show("reviewed_at"))
        .isNotEmpty();
  }

  @Test
  void extensionIsADecisionOfItsOwn() {
    String id = live();
    Json extension = json(ada, "extend", id, "--for", "30m", "--reason", "longer than thought");
    assertThat(extension.show("extending")).isEqualTo(id);
    assertThat(extension.show("state")).isEqualTo("REQUESTED");
  }

  @Test
  void commandGetsTheToken_andItsExitCodeIsOurs() throws IOException {
    String id = live();
    Path seen = folder.resolve("seen");
    String script =
        "{ echo $MAYFLY_TOKEN_TYPE; ls $MAYFLY_DPOP_KEY_FILE; stat -c %a $MAYFLY_TOKEN_FILE;"
            + " cat $MAYFLY_TOKEN_FILE; echo; echo $MAYFLY_TOKEN; echo $MAYFLY_TOKEN_FILE; } > "
            + seen
            + "; exit 7";
    assertThat(ada.run("run", "--role", "orders-admin", "--", "sh", "-c", script))
        .as(ada.err())
        .isEqualTo(7);
    List<String> lines = Files.readAllLines(seen);
    assertThat(lines.subList(0, 3))
        .containsExactly("DPoP", folder.resolve("ada/mayfly/dpop.jwk").toString(), "600");
    assertThat(lines.get(3)).isEqualTo(lines.get(4));
    Json claims = Tokens.unverifiedClaims(lines.get(3));
    assertThat(claims.show("grant")).isEqualTo(id);
    assertThat(claims.show("scope")).contains("orders:mend");
    assertThat(Path.of(lines.get(5)).getParent()).doesNotExist();
    assertThat(json(ada, "grants", "show", id).show("state")).isEqualTo("ACTIVE");
  }

  @Test
  void grantEndsWithTheCommand_whenThatIsAskedFor() throws IOException {
    String id = live();
    Path seen = folder.resolve("seen");
    assertThat(
            ada.run(
                "run",
                "-r",
                "orders-admin",
                "--grant",
                id,
                "--hand",
                "env",
                "--end",
                "--scope",
                "orders:read",
                "--",
                "sh",
                "-c",
                "env > " + seen))
        .as(ada.err())
        .isZero();
    assertThat(ada.err()).contains("grant " + id + " is RELEASED");
    assertThat(Files.readString(seen))
        .contains("MAYFLY_TOKEN=")
        .doesNotContain("MAYFLY_TOKEN_FILE");
  }

  @Test
  void commandDoesNotRun_withoutALiveGrant() {
    Path seen = folder.resolve("seen");
    assertThat(ada.run("run", "-r", "orders-admin", "--", "touch", seen.toString())).isEqualTo(3);
    assertThat(ada.err()).contains("mayfly ensure orders-admin");
    assertThat(seen).doesNotExist();
  }

  @Test
  void sessionFilesAreForTheirOwnerAlone() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("ada/mayfly"))) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
  }
}
