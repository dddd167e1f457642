package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Session;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly login}: a person logs in, by a code that they confirm in a browser. */
@Command(
    name = "login",
    description = "Log in: confirm a code in a browser, here or on another machine.",
    footer = {
      "",
      "The session is kept in a file that only you can read, and renewed by itself. It is worth",
      "nothing without the key beside it, which never leaves this machine."
    })
final class LoginCommand implements Callable<Integer> {

  private static final Duration SLOWER = Duration.ofSeconds(5);

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--fresh",
      description = "Prove anew who you are, even if your browser is logged in.")
  private boolean fresh;

  @Option(names = "--browser", description = "Open the page in this machine's browser.")
  private boolean browser;

  LoginCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Broker at = broker.open(around);
    Session session = at.session(around.stateFolder());
    Session.Code code = session.begin(fresh);
    show(code);
    if (browser) {
      open(code.link());
    }
    await(session, code);
    return Whoami.show(at.person(around.stateFolder()), around, output);
  }

  private void show(Session.Code code) {
    Screen screen = around.screen();
    if (output.json()) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("verification_uri", code.page().toString());
      members.put("verification_uri_complete", code.link().toString());
      members.put("user_code", code.userCode());
      members.put("expires_in", code.lasts().toSeconds());
      screen.json(members);
      return;
    }
    screen.note("Open   " + screen.bold(Screen.plain(code.link().toString())));
    screen.note("and compare the code   " + screen.bold(Screen.plain(code.userCode())));
  }

  private void await(Session session, Session.Code code) throws Stop {
    Instant end = around.clock().instant().plus(code.lasts());
    Duration pause = code.pause();
    Screen screen = around.screen();
    while (true) {
      wait(pause);
      switch (session.ask(code)) {
        case CONFIRMED -> {
          screen.clearStatus();
          return;
        }
        case TOO_OFTEN -> pause = pause.plus(SLOWER);
        case PENDING -> {
          Duration left = Duration.between(around.clock().instant(), end);
          screen.status("waiting for you to confirm; the code lasts " + Times.span(left));
        }
      }
    }
  }

  private void wait(Duration pause) throws Stop {
    try {
      around.pause().lasting(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Stop.refused("interrupted", "the login was interrupted", "");
    }
  }

  /** A browser that does not open is no failure: the address is on the screen. */
  private void open(URI link) {
    boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    try {
      new ProcessBuilder(mac ? "open" : "xdg-open", link.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      around.screen().note("no browser opens here; use the address above");
    }
  }
}
