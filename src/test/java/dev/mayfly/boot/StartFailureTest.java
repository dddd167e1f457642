package dev.mayfly.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mayfly.StartRefused;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartFailureTest {

  private static final List<Integer> SINK = new ArrayList<>();

  @Test
  void itIsOneSentence_whenARoomRefusedTheStart() {
    Throwable refused = new IllegalStateException("the policy uses keys of keys-dev/");

    assertThat(StartFailure.text(byQuarkus(refused)))
        .isEqualTo("Mayfly does not start: the policy uses keys of keys-dev/");
  }

  @Test
  void itIsTheSameSentence_whenTheRoomSaidItAsARefusal() {
    assertThat(StartFailure.text(byQuarkus(new StartRefused("the kek is everybody's"))))
        .isEqualTo("Mayfly does not start: the kek is everybody's");
  }

  /** "/etc/policy.yaml" alone, which is all that the cause says, would tell nobody what to do. */
  @Test
  void itIsTheRoomsSentence_whenTheCauseSaysLess() {
    Throwable refused =
        new UncheckedIOException(
            "the policy file /etc/policy.yaml cannot be read",
            new NoSuchFileException("/etc/policy.yaml"));

    assertThat(StartFailure.text(byQuarkus(refused)))
        .isEqualTo("Mayfly does not start: the policy file /etc/policy.yaml cannot be read");
  }

  @Test
  void itIsOneSentence_whenASettingIsWrongOrThePortTaken() {
    assertThat(StartFailure.text(byQuarkus(new ConfigurationException("mayfly.nonsense is none"))))
        .isEqualTo("Mayfly does not start: mayfly.nonsense is none");
    assertThat(StartFailure.text(byQuarkus(new BindException("Port already bound: 8480"))))
        .isEqualTo("Mayfly does not start: Port already bound: 8480");
  }

  @Test
  void itHasTheStack_whenNobodyForesawIt() {
    String ofTheJdk = StartFailure.text(byQuarkus(indexOf(List.of())));
    String ofOurs = StartFailure.text(byQuarkus(new NullPointerException("because x is null")));

    assertThat(ofTheJdk).startsWith("Mayfly does not start: Index").contains("\tat dev.mayfly");
    assertThat(ofOurs).startsWith("Mayfly does not start: because").contains("\tat dev.mayfly");
  }

  /** The virtual machine throws these in our own frame, with a message. */
  @Test
  void itHasTheStack_whenTheDefectIsInOurOwnCode() {
    int[] none = {};
    Object text = "text";
    for (Throwable defect :
        List.of(
            catchThrowable(() -> SINK.add(none[0])),
            catchThrowable(() -> Integer.class.cast(text)),
            catchThrowable(() -> SINK.add((Integer) text)),
            catchThrowable(() -> SINK.add(1 / none.length)),
            new NoClassDefFoundError("org/example/Missing"))) {
      assertThat(StartFailure.text(byQuarkus(defect)))
          .as(defect.toString())
          .contains("\tat dev.mayfly");
    }
  }

  @Test
  void itHasTheStack_whenARoomWrappedADefect() {
    Throwable wrapped =
        new IllegalStateException(
            "the keys cannot be loaded", new NullPointerException("because x is null"));
    assertThat(StartFailure.text(byQuarkus(wrapped))).contains("\tat dev.mayfly");
  }

  @Test
  void itNamesTheKind_whenThereIsNoMessage() {
    assertThat(StartFailure.text(new IllegalStateException()))
        .startsWith("Mayfly does not start: java.lang.IllegalStateException\n");
  }

  private static Throwable indexOf(List<String> empty) {
    try {
      return new AssertionError(empty.get(0));
    } catch (IndexOutOfBoundsException e) {
      return e;
    }
  }

  /** Quarkus wraps whatever a room threw while it started, from a class of its own. */
  private static Throwable byQuarkus(Throwable failure) {
    RuntimeException wrapped = new RuntimeException("Failed to start quarkus", failure);
    wrapped.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("io.quarkus.runner.ApplicationImpl", "doStart", null, 1)
        });
    return wrapped;
  }
}
