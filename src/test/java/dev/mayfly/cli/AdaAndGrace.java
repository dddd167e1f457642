package dev.mayfly.cli;

import org.junit.jupiter.api.BeforeEach;

/** Where each test has an engineer, and another who decides what the first one asks for. */
class AdaAndGrace extends AtARealBroker {

  CommandRun ada;
  CommandRun grace;

  @BeforeEach
  final void bothLogIn() {
    ada = Terminal.of("ada", "engineering").loggedIn(folder, issuer);
    grace = Terminal.of("grace", "engineering", "sre").loggedIn(folder, issuer);
  }
}
