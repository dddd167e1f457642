package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;

/** Shows what would come of a request: the outcome, each condition, and who would be asked. */
final class DryRun {

  private final Surroundings around;
  private final OutputOptions output;

  DryRun(Surroundings around, OutputOptions output) {
    this.around = around;
    this.output = output;
  }

  int show(Json answer) {
    boolean refused =
        answer.objects("items").stream().anyMatch(one -> one.show("outcome").equals("refused"));
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      answer.objects("items").forEach(this::showRole);
      around.screen().note("nothing was requested: this was a dry run");
    }
    return refused ? Exit.REFUSED : Exit.OK;
  }

  private void showRole(Json one) {
    Screen screen = around.screen();
    screen.print(
        outcome(one)
            + "  "
            + Screen.plain(one.show("role"))
            + "  for "
            + Screen.plain(GrantView.span(one, "duration")));
    for (Json check : one.objects("checks")) {
      screen.print("  " + mark(check) + "  " + Screen.plain(check.show("name")) + why(check));
    }
    one.text("toxic")
        .ifPresent(with -> screen.print("  " + screen.bad("not with") + "  " + Screen.plain(with)));
    if (one.isTrue("review_overdue")) {
      screen.print("  " + screen.bad("overdue") + "  a review of an earlier break-glass");
    }
    int stage = 1;
    for (String rule : one.texts("approval")) {
      screen.print(screen.dim("  asked " + stage++ + "  ") + Screen.plain(rule));
    }
  }

  private String outcome(Json one) {
    Screen screen = around.screen();
    return switch (one.show("outcome")) {
      case "approved" -> screen.good("would be approved at once");
      case "decision-needed" -> screen.warn("would wait for a decision");
      case "login-needed" -> screen.warn("needs a fresh login (mayfly login --fresh)");
      default -> screen.bad("would be refused");
    };
  }

  private String mark(Json check) {
    Screen screen = around.screen();
    return switch (check.show("result")) {
      case "MET" -> screen.good("met    ");
      case "NOT_MET" -> screen.bad("not met");
      default -> screen.bad("failed ");
    };
  }

  private String why(Json check) {
    String why = check.show("why");
    return why.isEmpty() ? "" : around.screen().dim("  " + Screen.plain(why));
  }
}
