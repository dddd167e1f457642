package dev.mayfly;

import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * What a step in the house came to: a value, or a {@link Refusal}. An exception is kept for defects
 * and lost dependencies, so a refusal can never be swallowed by a catch block on its way up.
 */
public sealed interface Outcome<T> {

  /** The step did what was asked. */
  record Ok<T>(T value) implements Outcome<T> {}

  /** The step was refused. */
  record Refused<T>(Refusal refusal) implements Outcome<T> {}

  static <T> Outcome<T> ok(T value) {
    return new Ok<>(value);
  }

  static <T> Outcome<T> refused(Refusal refusal) {
    return new Refused<>(refusal);
  }

  /** Goes on with the value, or hands the refusal through. */
  default <R> Outcome<R> then(Function<? super T, Outcome<R>> next) {
    return switch (this) {
      case Ok<T>(T value) -> next.apply(value);
      case Refused<T>(Refusal refusal) -> new Refused<>(refusal);
    };
  }

  /** As {@link #then}, where the next step takes its time. */
  default <R> Uni<Outcome<R>> thenUni(Function<? super T, Uni<Outcome<R>>> next) {
    return switch (this) {
      case Ok<T>(T value) -> next.apply(value);
      case Refused<T>(Refusal refusal) -> Uni.createFrom().item(new Refused<>(refusal));
    };
  }
}
