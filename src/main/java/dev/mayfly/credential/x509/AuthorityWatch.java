package dev.mayfly.credential.x509;

import dev.mayfly.key.KeyConfig;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Tells how long the broker's authorities still have, and warns while an imported root has to be
 * followed by another: nobody but the organisation can sign that, and it takes its time. One that
 * has ended is not told of any more, since whoever watches the least of all would be called for
 * nothing; where none is left, that is told as none, with nothing left.
 */
@ApplicationScoped
public class AuthorityWatch {

  private static final Logger LOG = Logger.getLogger(AuthorityWatch.class);

  /** A line that nobody heeded yesterday is repeated, and not oftener. */
  private static final Duration PAUSE = Duration.ofDays(1);

  /** The key of an authority that is not there. */
  private static final String NONE = "none";

  private final Supplier<List<Authority>> roots;
  private final Supplier<List<Authority>> issuing;
  private final InstantSource clock;
  private final boolean wanted;
  private final boolean imported;
  private final Duration issuingLife;
  private final Duration lead;
  private final MultiGauge left;
  private Instant silentUntil = Instant.MIN;

  @Inject
  AuthorityWatch(
      Authorities authorities,
      X509Config config,
      KeyConfig keys,
      KeyRings rings,
      InstantSource clock,
      MeterRegistry metrics) {
    this(
        authorities::roots,
        authorities::issuing,
        rings.first(RingName.X509).isPresent(),
        config.root() == X509Config.Root.IMPORT,
        keys.x509().lifetime(),
        config.rootWarning(),
        clock,
        metrics);
  }

  AuthorityWatch(
      Supplier<List<Authority>> roots,
      Supplier<List<Authority>> issuing,
      boolean wanted,
      boolean imported,
      Duration issuingLife,
      Duration lead,
      InstantSource clock,
      MeterRegistry metrics) {
    this.roots = roots;
    this.issuing = issuing;
    this.wanted = wanted;
    this.imported = imported;
    this.issuingLife = issuingLife;
    this.lead = lead;
    this.clock = clock;
    this.left =
        MultiGauge.builder("mayfly.x509.authority.left")
            .description("How long an authority's certificate, or one above it, still lives")
            .baseUnit("seconds")
            .register(metrics);
  }

  @Scheduled(
      identity = "authorities-watch",
      every = "60s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void look() {
    measure();
    warning().ifPresent(LOG::warn);
  }

  void measure() {
    left.register(Stream.concat(rows("root", roots), rows("issuing", issuing)).toList(), true);
  }

  private Stream<MultiGauge.Row<?>> rows(String usage, Supplier<List<Authority>> live) {
    List<Authority> now = live.get();
    if (!now.isEmpty()) {
      return now.stream().map(one -> row(usage, one.key().value(), () -> List.of(one)));
    }
    return wanted ? Stream.of(row(usage, NONE, live)) : Stream.empty();
  }

  /** Asked at each look at the metrics: what ends between two passes has nothing left. */
  private MultiGauge.Row<?> row(String usage, String key, Supplier<List<Authority>> of) {
    return MultiGauge.Row.of(Tags.of("usage", usage, "key", key), () -> left(of.get()));
  }

  private long left(List<Authority> of) {
    return latest(of)
        .map(end -> Duration.between(clock.instant(), end).toSeconds())
        .filter(seconds -> seconds > 0)
        .orElse(0L);
  }

  private static Optional<Instant> latest(List<Authority> of) {
    return of.stream().map(Authority::notAfter).max(Instant::compareTo);
  }

  /**
   * What is to be said now, at most once a day; empty while there is time, or another root is there
   * already. An issuing CA never ends after its root, so the last one is made its whole life before
   * that: the lead counts from there. Boundary: exactly the lead before is time to warn.
   */
  synchronized Optional<String> warning() {
    Instant now = clock.instant();
    if (!wanted || !imported || now.isBefore(silentUntil)) {
      return Optional.empty();
    }
    Optional<String> say = say(now, latest(roots.get()));
    say.ifPresent(said -> silentUntil = now.plus(PAUSE));
    return say;
  }

  private Optional<String> say(Instant now, Optional<Instant> end) {
    if (end.isEmpty()) {
      return Optional.of(
          "no imported root lives, and without one no X.509 certificate is issued: import one (mayfly ca csr, mayfly ca import)");
    }
    Instant last = end.get().minus(issuingLife);
    return now.isBefore(last.minus(lead))
        ? Optional.empty()
        : Optional.of(
            "the imported root, or one above it, ends at %s, and no issuing CA can be certified after %s: import another (mayfly ca csr, mayfly ca import)"
                .formatted(end.get(), last));
  }
}
