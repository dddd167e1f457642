package dev.mayfly.credential.x509;

import dev.mayfly.key.KeyConfig;
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
 * followed by another: nobody but the organisation can sign that, and it takes its time.
 */
@ApplicationScoped
public class AuthorityWatch {

  private static final Logger LOG = Logger.getLogger(AuthorityWatch.class);

  /** A line that nobody heeded yesterday is repeated, and not oftener. */
  private static final Duration PAUSE = Duration.ofDays(1);

  private final Supplier<List<Authority>> roots;
  private final Supplier<List<Authority>> issuing;
  private final InstantSource clock;
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
      InstantSource clock,
      MeterRegistry metrics) {
    this(
        authorities::roots,
        authorities::issuing,
        config.root() == X509Config.Root.IMPORT,
        keys.x509().lifetime(),
        config.rootWarning(),
        clock,
        metrics);
  }

  AuthorityWatch(
      Supplier<List<Authority>> roots,
      Supplier<List<Authority>> issuing,
      boolean imported,
      Duration issuingLife,
      Duration lead,
      InstantSource clock,
      MeterRegistry metrics) {
    this.roots = roots;
    this.issuing = issuing;
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
    left.register(
        Stream.concat(
                roots.get().stream().map(one -> row("root", one)),
                issuing.get().stream().map(one -> row("issuing", one)))
            .toList(),
        true);
  }

  private MultiGauge.Row<?> row(String usage, Authority authority) {
    return MultiGauge.Row.of(
        Tags.of("usage", usage, "key", authority.key().value()),
        () -> Duration.between(clock.instant(), authority.notAfter()).toSeconds());
  }

  /**
   * What is to be said now, at most once a day; empty while there is time, or another root is there
   * already. An issuing CA never ends after its root, so the last one is made its whole life before
   * that: the lead counts from there. Boundary: exactly the lead before is time to warn.
   */
  synchronized Optional<String> warning() {
    Instant now = clock.instant();
    Optional<Instant> end =
        roots.get().stream()
            .map(Authority::notAfter)
            .max(Instant::compareTo)
            .filter(one -> imported);
    if (end.isEmpty() || now.isBefore(silentUntil)) {
      return Optional.empty();
    }
    Instant last = end.get().minus(issuingLife);
    if (now.isBefore(last.minus(lead))) {
      return Optional.empty();
    }
    silentUntil = now.plus(PAUSE);
    return Optional.of(
        "the imported root, or one above it, ends at %s, and no issuing CA can be certified after %s: import another (mayfly ca csr, mayfly ca import)"
            .formatted(end.get(), last));
  }
}
