package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.IssuerDocuments.Fetched;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node holds of one issuer's keys, and when it asks for them again.
 *
 * <pre>
 * age of the keys   0 ----------- 80% ------- fresh until ------------------ keys-max-age
 * a known kid       served        served,     asks first; serves what it     asks first;
 *                                 asks behind has while the issuer fails     then fails closed
 * </pre>
 *
 * An unknown {@code kid} asks at most once in {@code keys-unknown-kid-interval}. One request is on
 * its way at a time, everybody waits for the same one; after a failure the pauses double.
 */
final class IssuerKeys {

  private static final Duration SHORTEST_FRESH = Duration.ofSeconds(60);
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 16;

  private final Supplier<CompletableFuture<Fetched>> source;
  private final IdentityLimits.Keys limits;
  private final InstantSource clock;
  private final Listener listener;

  private volatile @Nullable Held held;
  private CompletableFuture<@Nullable Void> onItsWay = CompletableFuture.completedFuture(null);
  private Instant nextAttempt = Instant.MIN;
  private Instant nextForUnknownKid = Instant.MIN;
  private int failures;

  /** Keys as they were fetched. */
  private record Held(Fetched all, Instant fetchedAt, Instant freshUntil) {

    boolean isFreshAt(Instant now) {
      return now.isBefore(freshUntil);
    }

    /** Past 80% of its freshness. */
    boolean agesAt(Instant now) {
      Duration fresh = Duration.between(fetchedAt, freshUntil);
      return !now.isBefore(fetchedAt.plus(fresh.multipliedBy(4).dividedBy(5)));
    }
  }

  /** Is told of every attempt, for metrics and the log. */
  interface Listener {
    void fetched();

    void failed(Throwable cause);
  }

  IssuerKeys(
      Supplier<CompletableFuture<Fetched>> source,
      IdentityLimits.Keys limits,
      InstantSource clock,
      Listener listener) {
    this.source = source;
    this.limits = limits;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * The key that verifies this. Refused {@link Refusal.BadGrant} when the issuer has none, {@link
   * Refusal.Unavailable} when nobody knows because it cannot be reached.
   */
  CompletableFuture<Outcome<VerifyingKey>> find(
      SignatureAlgorithm algorithm, Optional<String> kid) {
    return find(all -> all.keys().pick(algorithm, kid), "not exactly one key of the issuer fits");
  }

  /**
   * The authorities of its X509-SVIDs, asked for as a {@code kid} is: those that were tried in vain
   * are as good as none, so that an authority which nobody knows yet is looked for as an unknown
   * {@code kid} is, and no oftener. Refused as {@link #find}.
   *
   * @param tried empty at first
   */
  CompletableFuture<Outcome<List<X509Certificate>>> authorities(List<X509Certificate> tried) {
    return find(
        all ->
            Optional.of(all.authorities())
                .filter(present -> !present.isEmpty() && !present.equals(tried)),
        "the bundle has no authority, or none but those that were tried");
  }

  private <T> CompletableFuture<Outcome<T>> find(Function<Fetched, Optional<T>> pick, String none) {
    Instant now = clock.instant();
    Held current = usable(now);
    boolean known = current != null && pick.apply(current.all()).isPresent();
    if (current != null && known && current.isFreshAt(now)) {
      if (current.agesAt(now)) {
        var _ = refresh(now, false);
      }
      return CompletableFuture.completedFuture(answer(pick, none));
    }
    boolean unknownKid = current != null && !known;
    CompletableFuture<@Nullable Void> refreshed = refresh(now, unknownKid);
    boolean issuerFails = known && failuresSoFar() > 0;
    return issuerFails
        ? CompletableFuture.completedFuture(answer(pick, none))
        : refreshed.thenApply(nothing -> answer(pick, none));
  }

  /** How old the keys are; empty when there are none. */
  Optional<Duration> age() {
    Held current = held;
    return current == null
        ? Optional.empty()
        : Optional.of(Duration.between(current.fetchedAt(), clock.instant()));
  }

  private <T> Outcome<T> answer(Function<Fetched, Optional<T>> pick, String none) {
    Held current = usable(clock.instant());
    if (current == null) {
      return Outcome.refused(
          new Refusal.Unavailable(
              "issuer-unavailable", "the issuer's keys cannot be fetched, or are too old"));
    }
    return pick.apply(current.all()).map(Outcome::ok).orElseGet(() -> Proof.FEDERATED.refuse(none));
  }

  /** Boundary: keys exactly {@code keys-max-age} old are too old. */
  private @Nullable Held usable(Instant now) {
    Held current = held;
    return current != null && now.isBefore(current.fetchedAt().plus(limits.maxAge()))
        ? current
        : null;
  }

  /** Joins the request on its way, or sends one if it is time to; completes when it has ended. */
  private synchronized CompletableFuture<@Nullable Void> refresh(
      Instant now, boolean forUnknownKid) {
    if (!onItsWay.isDone() || now.isBefore(nextAttempt)) {
      return onItsWay;
    }
    if (forUnknownKid && now.isBefore(nextForUnknownKid)) {
      return onItsWay;
    }
    nextForUnknownKid = now.plus(limits.unknownKidInterval());
    onItsWay = source.get().handle(this::settle);
    return onItsWay;
  }

  private @Nullable Void settle(@Nullable Fetched fetched, @Nullable Throwable failure) {
    keep(fetched, clock.instant());
    if (failure == null) {
      listener.fetched();
    } else {
      listener.failed(failure);
    }
    return null;
  }

  private synchronized void keep(@Nullable Fetched fetched, Instant now) {
    if (fetched != null) {
      held = new Held(fetched, now, now.plus(freshness(fetched)));
      failures = 0;
      nextAttempt = now;
    } else {
      nextAttempt = now.plus(backoff(failures));
      failures++;
    }
  }

  private synchronized int failuresSoFar() {
    return failures;
  }

  private Duration freshness(Fetched fetched) {
    Duration asked = fetched.maxAge().orElse(limits.freshFor());
    Duration atLeast = asked.compareTo(SHORTEST_FRESH) < 0 ? SHORTEST_FRESH : asked;
    return atLeast.compareTo(limits.freshAtMost()) > 0 ? limits.freshAtMost() : atLeast;
  }

  private Duration backoff(int failuresBefore) {
    Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(failuresBefore, MOST_DOUBLINGS));
    return pause.compareTo(limits.backoffAtMost()) > 0 ? limits.backoffAtMost() : pause;
  }
}
