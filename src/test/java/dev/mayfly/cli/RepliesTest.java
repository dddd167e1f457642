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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people read when something did not go as they thought: what it was, and what to do. */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class RepliesTest extends AdaAndGrace {

  private static final List<String> MEND =
      List.of("request", "orders-admin", "--reason", "it hangs", "-i", "order=4711");

  private static String[] words(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  private static Json json(CommandRun terminal, String... words) {
    assertThat(terminal.run(words(List.of(words), "--json"))).as(terminal.out()).isZero();
    return Json.parse(terminal.out()).orElseThrow();
  }

  private String requested(CommandRun by) {
    Json answer = json(by, words(MEND, "-i", "region=eu"));
    return answer.objects("items").getFirst().show("id");
  }

  @Test
  void secondDenialSaysThatItIsOne_andThatItsReasonIsNotKept() {
    String id = requested(ada);
    assertThat(grace.run("deny", id, "--reason", "not now")).isZero();
    assertThat(grace.err()).doesNotContain("already");
    assertThat(grace.run("deny", id, "--reason", "never")).isZero();
    assertThat(grace.err()).contains("you have denied it already", "not recorded");
    assertThat(json(ada, "grants", "show", id).show("cause")).isEqualTo("denied: not now");
  }

  @Test
  void secondApprovalSaysThatItIsOne() {
    String id = requested(ada);
    assertThat(json(grace, "approve", id).isTrue("repeated")).isFalse();
    assertThat(grace.run("approve", id)).isZero();
    assertThat(grace.err()).contains("you have approved it already").doesNotContain("recorded");
    assertThat(json(grace, "approve", id).isTrue("repeated")).isTrue();
  }

  @Test
  void reviewSaysWhatWasReviewed_andTheGrantByWhom() {
    Json taken =
        json(
                ada,
                "request",
                "stock-emergency",
                "--reason",
                "it stands",
                "--for",
                "20m",
                "--break-glass",
                "--yes")
            .objects("items")
            .getFirst();
    String id = taken.show("id");
    assertThat(ada.run("end", id)).isZero();
    assertThat(grace.run("review", id, "--finding", "it was needed")).isZero();
    assertThat(grace.out()).startsWith("reviewed  stock-emergency  the review is closed  " + id);
    assertThat(ada.run("grants", "show", id)).isZero();
    assertThat(ada.out())
        .containsPattern("reviewed by +spiffe://shop.test/staff/grace")
        .containsPattern("finding +it was needed")
        .containsPattern("duration +20m\n");
  }

  @Test
  void missingInputsAreNamed_asTheyAreTyped() {
    assertThat(ada.run("request", "orders-admin", "--reason", "it hangs")).isEqualTo(2);
    assertThat(ada.err())
        .contains("order is missing", "region is missing: one of eu, us")
        .contains("add -i order=... -i region=...");
  }

  @Test
  void durationsAreSaidAsTheyAreTyped() {
    assertThat(ada.run(words(MEND, "-i", "region=eu", "--for", "1m"))).isEqualTo(3);
    assertThat(ada.err()).contains("duration must be from 5m to 2h").doesNotContain("asked:");
  }

  @Test
  void onesOwnRequestIsForSomebodyElse() {
    String id = requested(grace);
    assertThat(grace.run("approve", id)).isEqualTo(3);
    assertThat(grace.err()).contains("self-approval", "somebody else");
  }

  @Test
  void whatCannotBeNowSaysHowItStands() {
    String id = requested(ada);
    assertThat(ada.run("activate", id)).isEqualTo(3);
    assertThat(ada.err()).contains("waits for a decision", "mayfly grants show " + id);
    assertThat(grace.run("deny", id)).isZero();
    assertThat(ada.run("extend", id, "--for", "30m")).isEqualTo(3);
    assertThat(ada.err()).contains("this one is DENIED", "mayfly grants show " + id);
  }

  @Test
  void roleThatIsNotThereIsSoughtInTheCatalog() {
    assertThat(ada.run("request", "nosuch", "--reason", "it hangs")).isEqualTo(3);
    assertThat(ada.err()).contains("role-unknown", "mayfly roles");
  }

  @Test
  void requestForAColleagueNamesBoth_andIsTheirsToBegin() {
    String holder = json(ada, "whoami").show("name");
    String asker = json(grace, "whoami").show("name");
    String both = holder + " asked by " + asker;
    assertThat(
            grace.run("request", "logs-reader", "--on-behalf", holder, "--reason", "on the phone"))
        .as(grace.err())
        .isZero();
    assertThat(grace.out()).contains("APPROVED", both);
    assertThat(grace.err()).contains("its holder begins it");
    assertThat(ada.run("grants", "--role", "logs-reader")).isZero();
    assertThat(ada.out()).contains(both);
    String id = json(ada, "grants", "--role", "logs-reader").objects("items").getFirst().show("id");
    assertThat(grace.run("activate", id)).isEqualTo(3);
    assertThat(grace.err()).contains("not-the-holder", holder);
    assertThat(ada.run("activate", id)).isZero();
    assertThat(ada.run("request", "logs-reader", "--reason", "for myself", "--for", "5m")).isZero();
    assertThat(ada.out()).doesNotContain("asked by");
  }

  @Test
  void statesAreListed_whenOneIsNone() {
    assertThat(ada.run("grants", "list", "--state", "DEAD")).isEqualTo(3);
    assertThat(ada.err()).contains("state must be one of", "ACTIVE", "REVOKED");
  }

  @Test
  void auditorIsToldWhatTheirSessionLacks() {
    CommandRun joan = Terminal.of("joan", "auditors").loggedIn(folder, issuer);
    assertThat(joan.run("inbox")).isEqualTo(3);
    assertThat(joan.err()).contains("the scope mayfly:approve", "role of your session");
  }

  @Test
  void sessionsTellTheBrowserFromTheTerminal() {
    assertThat(ada.run("grants", "--state", "ACTIVE")).isZero();
    assertThat(ada.out()).containsPattern("ACTIVE +terminal +mayfly-engineer");
    assertThat(ada.out()).containsPattern("ACTIVE +browser +mayfly-engineer");
  }
}
