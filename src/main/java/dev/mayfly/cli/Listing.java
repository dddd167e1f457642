package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;

/** Shows a list that the broker answered: as it came for programs, as a table for people. */
final class Listing {

  private final Surroundings around;
  private final OutputOptions output;

  Listing(Surroundings around, OutputOptions output) {
    this.around = around;
    this.output = output;
  }

  /** The cells of one thing. */
  interface Row {
    String[] of(Item item);
  }

  /** One thing of the list, with the time from which people count. */
  record Item(Json json, Instant now) {

    String text(String member) {
      return json.show(member);
    }

    /** How far away a time is; empty when there is none. */
    String when(String member) {
      return json.instant(member).map(at -> Times.relative(at, now)).orElse("");
    }
  }

  /**
   * Shows it.
   *
   * @param none what to say when there is nothing
   */
  int show(Json answer, Table table, String none, Row row) {
    Screen screen = around.screen();
    if (output.json()) {
      screen.json(answer.members());
      return Exit.OK;
    }
    Instant now = around.clock().instant();
    for (Json item : answer.objects("items")) {
      table.row(row.of(new Item(item, now)));
    }
    if (table.isEmpty()) {
      screen.note(none);
    } else {
      table.printTo(screen);
    }
    PageOptions.more(answer, screen);
    return Exit.OK;
  }
}
