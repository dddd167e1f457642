package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stranger must not fill the log. */
class RefusalLogTest {

  private final List<String> lines = new ArrayList<>();
  private long now = Long.MAX_VALUE - 5; // that clock may begin anywhere, and run over
  private final RefusalLog log = new RefusalLog(() -> now, lines::add);

  @Test
  void floodLeavesFewLines_andTheNumberOfTheRest() {
    for (int i = 0; i < 1000; i++) {
      log.write("client-unknown", "nobody knows them");
    }
    assertThat(lines)
        .hasSize(RefusalLog.LINES)
        .containsOnly("refused: client-unknown: nobody knows them");

    now += Duration.ofSeconds(10).toNanos();
    log.write("client-unknown", "one more");

    assertThat(lines.subList(RefusalLog.LINES, lines.size()))
        .containsExactly(
            "refused: client-unknown: 980 more of these were not written",
            "refused: client-unknown: one more");
  }

  @Test
  void otherCodesAreWritten_whileOneIsFlooded() {
    for (int i = 0; i < 1000; i++) {
      log.write("client-unknown", "nobody knows them");
    }
    log.write("assertion-replayed", "that matters");
    assertThat(lines).endsWith("refused: assertion-replayed: that matters");
  }

  @Test
  void nothingIsSaidOfTheRest_whenThereIsNone() {
    log.write("client-unknown", "one");
    now += Duration.ofSeconds(10).toNanos();
    log.write("client-unknown", "two");
    assertThat(lines)
        .containsExactly("refused: client-unknown: one", "refused: client-unknown: two");
  }
}
