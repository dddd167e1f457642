package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Signals go to the command that runs, and not to who started it. */
class SignalsTest {

  @Test
  void signalReachesTheOtherProcess() throws Exception {
    Process child =
        new ProcessBuilder(
                "sh", "-c", "trap 'exit 42' USR2; echo ready; while :; do sleep 0.05; done")
            .start();
    try (Signals _ = Signals.to(child, false);
        BufferedReader out =
            new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      String self = Long.toString(ProcessHandle.current().pid());
      assertThat(new ProcessBuilder("kill", "-s", "USR2", self).start().waitFor()).isZero();
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(42);
    } finally {
      child.destroyForcibly();
    }
  }
}
