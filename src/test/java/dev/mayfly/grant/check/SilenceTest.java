package dev.mayfly.grant.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.Check;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Whose silences are whose business (rule 10: none of them is ever a yes). */
class SilenceTest {

  private static final Check TICKET =
      new Check("ticket", URI.create("https://tickets.acme.example"), Duration.ofSeconds(2));

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
  private final Silence silence = new Silence(now::get);

  private void silent(String requester, int times) {
    for (int time = 0; time < times; time++) {
      silence.notAnswered(TICKET, requester);
    }
  }

  private boolean isOver(String requester) {
    return silence.isOver(TICKET, requester);
  }

  private void pass(Duration time) {
    now.updateAndGet(then -> then.plus(time));
  }

  @Test
  void oneRequesterSilencesNobodyElse_howeverOftenTheyMeetSilence() {
    silent("mallory", 100);
    assertThat(isOver("mallory")).isFalse();
    assertThat(isOver("ada")).isTrue();
    pass(Silence.PAUSE);
    assertThat(isOver("mallory")).as("one question after the pause").isTrue();
    assertThat(isOver("mallory")).isFalse();
    assertThat(isOver("ada")).isTrue();
  }

  @Test
  void everybodyIsSpared_whenTwoRequestersMetThreeSilences() {
    silent("ada", 1);
    silent("grace", 1);
    assertThat(isOver("joan")).isTrue();
    silent("ada", 1);
    assertThat(isOver("joan")).isFalse();
    assertThat(isOver("ada")).isFalse();
    pass(Silence.PAUSE.minusMillis(1));
    assertThat(isOver("joan")).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(isOver("joan")).isTrue();
    assertThat(isOver("joan")).isFalse();
  }

  /** Who asks at the end of every pause, and meets silence each time, stands in nobody's way. */
  @Test
  void pauseIsNotLengthened_byAnothersSilence() {
    silent("mallory", 2);
    silent("accomplice", 1);
    pass(Silence.PAUSE);
    assertThat(isOver("mallory")).isTrue();
    silent("mallory", 1);
    assertThat(isOver("accomplice")).isTrue();
    silent("accomplice", 1);
    assertThat(isOver("ada")).isTrue();
    silence.answered(TICKET);
    assertThat(isOver("joan")).as("one answer opens the way for all").isTrue();
    assertThat(isOver("mallory")).isTrue();
  }

  @Test
  void silencesAreThoseInARow_soAnAnswerBetweenThemForgetsThem() {
    silent("ada", 1);
    silent("grace", 1);
    silence.answered(TICKET);
    silent("ada", 1);
    silent("grace", 1);
    assertThat(isOver("joan")).isTrue();
  }
}
