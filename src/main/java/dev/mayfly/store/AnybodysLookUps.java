package dev.mayfly.store;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Look-ups in the database that anybody may cause, without a proof of who they are. All kinds of
 * them together hold no more than half of its connections, so that strangers keep nobody from a
 * mint; and each kind has places of its own, so that a crowd that asks for one keeps nobody from
 * another. Who goes away takes no connection back, so their place is not free before the look-up
 * ends.
 */
@ApplicationScoped
public class AnybodysLookUps {

  /** What is looked up, and how many at once. */
  public enum Kind {
    /** Whether a certificate was issued, once for each that is asked about (OCSP). */
    CERTIFICATE(4),
    /** A list that is not in memory: one that was opened a moment ago, or that never was. */
    LIST(2),
    /** When a certificate is to be renewed. */
    RENEWAL(2);

    private final int places;

    Kind(int places) {
      this.places = places;
    }

    int places() {
      return places;
    }
  }

  private final Map<Kind, AtomicInteger> underWay = new EnumMap<>(Kind.class);

  public AnybodysLookUps() {
    Arrays.stream(Kind.values()).forEach(kind -> underWay.put(kind, new AtomicInteger()));
  }

  /** What the look-up gives; {@code busy} when as many of its kind as may are under way. */
  public <T> Uni<T> run(Kind kind, Supplier<Uni<T>> lookUp, Supplier<T> busy) {
    AtomicInteger taken = Objects.requireNonNull(underWay.get(kind));
    return Uni.createFrom()
        .deferred(
            () -> {
              if (taken.incrementAndGet() > kind.places()) {
                taken.decrementAndGet();
                return Uni.createFrom().item(busy.get());
              }
              return Uni.createFrom()
                  .<T>deferred(lookUp::get)
                  .onTermination()
                  .invoke(taken::decrementAndGet)
                  .memoize() // what is memoized ends by itself, whoever goes away before
                  .indefinitely();
            });
  }
}
