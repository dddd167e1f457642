package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly inbox}: what waits for the word of the person who is logged in. */
@Command(
    name = "inbox",
    description = "See what waits for you: requests to decide, break-glass to review.")
final class InboxCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final PersonOptions person = new PersonOptions();
  @Mixin private final PageOptions page = new PageOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  InboxCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Broker.Api api = person.open(around);
    Json toDecide = api.get(page.on(new Query("/v1/grants/to-decide")).toString());
    Json toReview = api.get("/v1/grants/to-review");
    if (output.json()) {
      Map<String, Object> both = new LinkedHashMap<>();
      both.put("to_decide", toDecide.members().get("items"));
      both.put("to_review", toReview.members().get("items"));
      toDecide.text("next").ifPresent(next -> both.put("next", next));
      around.screen().json(both);
      return Exit.OK;
    }
    decisions(toDecide);
    PageOptions.more(toDecide, around.screen());
    reviews(toReview);
    return Exit.OK;
  }

  /** A reason is never cut: it is what a decision is made of. */
  private void decisions(Json waiting) {
    Table table = new Table("GRANT", "ROLE", "WHO", "FOR", "LAPSES", "REASON");
    for (Json item : waiting.objects("items")) {
      Json grant = item.object("grant").orElse(Json.EMPTY);
      table.row(
          grant.show("id"),
          grant.show("role"),
          GrantView.who(grant),
          GrantView.span(grant, "duration"),
          when(grant, "waits_until"),
          reason(grant));
    }
    show(
        table,
        "nothing waits for your decision",
        "decide: mayfly approve GRANT, mayfly deny GRANT");
  }

  private void reviews(Json due) {
    Table table = new Table("GRANT", "ROLE", "WHO", "TAKEN", "REVIEW", "REASON");
    for (Json item : due.objects("items")) {
      Json grant = item.object("grant").orElse(Json.EMPTY);
      table.row(
          grant.show("id"),
          grant.show("role"),
          GrantView.who(grant),
          when(grant, "activated_at"),
          when(grant, "review_by"),
          grant.show("reason"));
    }
    show(table, "nothing waits for your review", "close: mayfly review GRANT --finding TEXT");
  }

  /**
   * What the requester said, the answers to what the role wants to know, and what they get of it.
   */
  private static String reason(Json grant) {
    StringBuilder text = new StringBuilder(grant.show("reason"));
    grant.text("ticket").ifPresent(ticket -> text.append(" [").append(ticket).append(']'));
    for (String member : List.of("task", "target")) {
      grant
          .text(member)
          .ifPresent(said -> text.append("  ").append(member).append('=').append(said));
    }
    Json inputs = grant.object("inputs").orElse(Json.EMPTY);
    for (String name : inputs.members().keySet()) {
      text.append("  ").append(name).append('=').append(inputs.show(name));
    }
    List<String> scopes = grant.texts("scopes");
    if (!scopes.isEmpty()) {
      text.append("  scopes ").append(String.join(" ", scopes));
    }
    return text.toString();
  }

  private String when(Json grant, String member) {
    Instant now = around.clock().instant();
    return grant.instant(member).map(at -> Times.relative(at, now)).orElse("");
  }

  private void show(Table table, String none, String next) {
    Screen screen = around.screen();
    if (table.isEmpty()) {
      screen.note(none);
    } else {
      table.printTo(screen);
      screen.note(next);
    }
  }
}
