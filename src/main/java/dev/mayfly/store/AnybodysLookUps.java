package dev.mayfly.store;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Look-ups in the database that anybody may cause, without a proof of who they are. All kinds of
 * them together hold no more than half of its connections, so that strangers keep nobody from a
 * mint. Who goes away takes no connection back, so their place is not free before the look-up ends.
 */
@ApplicationScoped
public class AnybodysLookUps {

  /** {@code quarkus.datasource.reactive.max-size} is 16. */
  static final int AT_ONCE = 8;

  private final AtomicInteger underWay = new AtomicInteger();

  /** What the look-up gives; {@code busy} when as many as may are under way. */
  public <T> Uni<T> run(Supplier<Uni<T>> lookUp, Supplier<T> busy) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (underWay.incrementAndGet() > AT_ONCE) {
                underWay.decrementAndGet();
                return Uni.createFrom().item(busy.get());
              }
              return Uni.createFrom()
                  .<T>deferred(lookUp::get)
                  .onTermination()
                  .invoke(underWay::decrementAndGet)
                  .memoize() // what is memoized ends by itself, whoever goes away before
                  .indefinitely();
            });
  }
}
