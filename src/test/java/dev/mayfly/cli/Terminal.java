package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.http.StaffDesk;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A person who sits down at a terminal and logs in to a real broker. */
record Terminal(String name, List<String> groups) {

  private static final Pattern CODE = Pattern.compile("[B-Z]{4}-[B-Z]{4}");

  static Terminal of(String name, String... groups) {
    return new Terminal(name, List.of(groups));
  }

  /** What is theirs lies in a folder of their name, apart from that of others. */
  CommandRun loggedIn(Path folder, String issuer) {
    CommandRun terminal = CommandRun.at(issuer, folder);
    terminal.environment.put("XDG_STATE_HOME", folder.resolve(name).toString());
    terminal.whileWaiting =
        () -> {
          terminal.clock.beSystemTime();
          Matcher code = CODE.matcher(terminal.err());
          assertThat(code.find()).isTrue();
          StaffDesk.confirm(name + "-" + UUID.randomUUID(), groups, code.group());
        };
    assertThat(terminal.run("login")).as(terminal.err()).isZero();
    terminal.whileWaiting = terminal.clock::beSystemTime;
    return terminal;
  }
}
