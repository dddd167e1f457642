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

/**
 * With {@code --json} a person's command says one JSON document on standard output, and no more.
 */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class JsonAnswersTest extends AdaAndGrace {

  private static final String NO_GRANT = "019a0000-0000-7000-8000-000000000001";

  /** Words of a command, who says them, and how it ends. */
  private record Case(CommandRun by, int exit, List<String> words) {}

  @Test
  void everyCommandOfAPersonSaysOneDocument() {
    String approved = requested();
    String denied = requested();
    String glass = one(ada, 0, glass()).objects("items").getFirst().show("id");
    for (Case one :
        List.of(
            of(ada, 0, "whoami"),
            of(ada, 0, "roles"),
            of(ada, 0, "roles", "logs-reader"),
            of(ada, 0, "request", "logs-reader", "--dry-run", "--reason", "x"),
            of(ada, 0, "ensure", "logs-reader", "--reason", "x"),
            of(grace, 0, "inbox"),
            of(grace, 0, "approve", approved),
            of(grace, 0, "approve", approved),
            of(grace, 0, "deny", denied),
            of(ada, 0, "activate", approved),
            of(ada, 0, "extend", approved, "--for", "10m", "--reason", "x"),
            of(ada, 0, "grants"),
            of(ada, 0, "grants", "list"),
            of(ada, 0, "grants", "show", approved),
            of(ada, 0, "grants", "history", approved),
            of(ada, 0, "end", approved),
            of(ada, 0, "end", glass),
            of(grace, 0, "review", glass, "--finding", "it was needed"),
            of(ada, 3, "activate", NO_GRANT),
            of(ada, 3, "request", "nosuch", "--reason", "x"),
            of(ada, 2, "request", "orders-admin", "--reason", "x"),
            of(ada, 0, "logout"),
            of(ada, 4, "whoami"),
            of(ada, 0, "logout"))) {
      one(one.by(), one.exit(), one.words());
    }
  }

  /** Standard output is the command's that is run. */
  @Test
  void runLeavesStandardOutputToItsCommand() {
    one(ada, 0, List.of("ensure", "logs-reader", "--reason", "x"));
    assertThat(ada.run("run", "--role", "logs-reader", "--json", "--", "true")).isZero();
    assertThat(ada.out()).isEmpty();
  }

  private static List<String> glass() {
    return List.of("request", "stock-emergency", "--reason", "x", "--break-glass", "--yes");
  }

  private String requested() {
    return one(
            ada,
            0,
            List.of("request", "orders-admin", "--reason", "x", "-i", "order=1", "-i", "region=eu"))
        .objects("items")
        .getFirst()
        .show("id");
  }

  private static Case of(CommandRun by, int exit, String... words) {
    return new Case(by, exit, List.of(words));
  }

  private static Json one(CommandRun by, int exit, List<String> words) {
    String[] all = Stream.concat(words.stream(), Stream.of("--json")).toArray(String[]::new);
    assertThat(by.run(all)).as("%s: %s", words, by.out()).isEqualTo(exit);
    assertThat(by.out().strip().lines()).as("%s", words).hasSize(1);
    Json said = Json.parse(by.out()).orElseThrow();
    assertThat(said.text("error").isPresent()).as("%s: %s", words, by.out()).isEqualTo(exit != 0);
    return said;
  }
}
