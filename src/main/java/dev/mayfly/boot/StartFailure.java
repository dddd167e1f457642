package dev.mayfly.boot;

import dev.mayfly.StartRefused;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an operator reads of a broker that does not start: the sentence of the room that refused,
 * and a stack only where nobody foresaw what went wrong, whoever wrapped it in a sentence since.
 */
final class StartFailure {

  private static final String OURS = "dev.mayfly.";

  private StartFailure() {}

  static String text(Throwable failure) {
    Optional<Throwable> foreseen = foreseen(failure);
    String sentence = "Mayfly does not start: " + why(foreseen.orElseGet(() -> root(failure)));
    boolean isEnough = foreseen.isPresent() && causes(failure).noneMatch(StartFailure::isDefect);
    return isEnough ? sentence : sentence + "\n" + stack(failure);
  }

  private static String why(Throwable said) {
    return said instanceof StartRefused refused
        ? refused.why()
        : Optional.ofNullable(said.getMessage()).orElse(said.getClass().getName());
  }

  /** The outermost that a room said itself: what caused it would name a file, and not what for. */
  private static Optional<Throwable> foreseen(Throwable failure) {
    return causes(failure).filter(StartFailure::isForeseen).findFirst();
  }

  private static boolean isForeseen(Throwable failure) {
    return switch (failure) {
      case ConfigurationException wrong -> true;
      case ConfigValidationException wrong -> true;
      case BindException taken -> true;
      default -> failure.getMessage() != null && isThrownByUs(failure) && !isDefect(failure);
    };
  }

  private static boolean isThrownByUs(Throwable failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    return frames.length > 0 && frames[0].getClassName().startsWith(OURS);
  }

  /** The virtual machine throws these where our code stands, with a message of its own. */
  private static boolean isDefect(Throwable failure) {
    return switch (failure) {
      case NullPointerException defect -> true;
      case IndexOutOfBoundsException defect -> true;
      case ClassCastException defect -> true;
      case ArithmeticException defect -> true;
      case ArrayStoreException defect -> true;
      case NegativeArraySizeException defect -> true;
      case MatchException defect -> true;
      case LinkageError defect -> true;
      case VirtualMachineError defect -> true;
      default -> false;
    };
  }

  private static Throwable root(Throwable failure) {
    return causes(failure).reduce((outer, inner) -> inner).orElse(failure);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
  }

  private static String stack(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString().stripTrailing();
  }
}
