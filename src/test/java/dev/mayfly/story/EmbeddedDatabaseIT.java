package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PostgreSQL that a broker brings along ends with it, whatever became of the one before. */
class EmbeddedDatabaseIT {

  /** It writes what it holds first, on a machine that may be busy. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void databaseEndsWithTheBroker_alsoWhenAKilledOneHadStartedIt() throws IOException {
    BrokerProcess killed = start();
    ProcessHandle postgres = postgres();
    killed.kill();
    assertThat(postgres.isAlive()).as("nobody was left to end it").isTrue();
    try (BrokerProcess next = start()) {
      assertThat(postgres()).as("joined, not started anew").isEqualTo(postgres);
      assertThat(next.readiness()).isEqualTo(200);
    }
    Eventually.within(LIMIT, () -> !postgres.isAlive());
  }

  @Test
  void secondBrokerOnTheFolderLeavesTheDatabase_toWhoStartedIt() throws IOException {
    BrokerProcess first = start();
    ProcessHandle postgres = postgres();
    try (first) {
      start().close();
      assertThat(postgres.isAlive()).isTrue();
      assertThat(first.readiness()).isEqualTo(200);
    }
    Eventually.within(LIMIT, () -> !postgres.isAlive());
  }

  private BrokerProcess start() {
    int port = BrokerProcess.freePort();
    return BrokerProcess.start(
        port,
        folder,
        Map.of(
            "mayfly.data",
            folder.resolve("data").toString(),
            "mayfly.issuer",
            "http://localhost:8480"));
  }

  private ProcessHandle postgres() throws IOException {
    String pid =
        Files.readAllLines(folder.resolve("data/postgres/postmaster.pid")).getFirst().strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }
}
