package dev.mayfly.cli;

import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Where each test has a command line, in front of the broker that its class has started. */
class AtARealBroker {

  @ConfigProperty(name = "mayfly.issuer")
  String issuer;

  @TempDir Path folder;
  CommandRun mayfly;

  @BeforeEach
  final void sitDown() {
    mayfly = CommandRun.at(issuer, folder);
  }
}
