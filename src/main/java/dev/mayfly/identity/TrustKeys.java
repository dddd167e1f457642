package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Trust;
import dev.mayfly.store.CallerContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The keys of every issuer the policy trusts, whatever version of it names them. */
@ApplicationScoped
public class TrustKeys {

  private static final System.Logger LOG = System.getLogger(TrustKeys.class.getName());

  private final IdentityLimits.Keys limits;
  private final InstantSource clock;
  private final MeterRegistry metrics;
  private final Map<Source, IssuerKeys> issuers = new ConcurrentHashMap<>();
  private final IssuerDocuments documents;

  /** What keys are kept by: a new policy that changes neither keeps them. */
  private record Source(String issuer, KeySource keys) {}

  public TrustKeys(IdentityLimits limits, InstantSource clock, MeterRegistry metrics) {
    this.limits = limits.keys();
    this.clock = clock;
    this.metrics = metrics;
    this.documents = new IssuerDocuments(limits.keys());
  }

  /** The one key of the trust's issuer that fits; comes back on the caller's event loop. */
  Uni<Outcome<VerifyingKey>> find(Trust trust, SignatureAlgorithm algorithm, Optional<String> kid) {
    return onCaller(held(trust).find(algorithm, kid));
  }

  /**
   * The authorities of the trust domain's X509-SVIDs, by its bundle; comes back on the caller's
   * event loop.
   *
   * @param tried in vain, so that others are wanted: the bundle is then asked for anew, as often as
   *     for an unknown {@code kid}; empty at first
   * @return {@link dev.mayfly.Refusal.Unavailable} when the bundle is not to be had
   */
  public Uni<Outcome<List<X509Certificate>>> authorities(Trust trust, List<X509Certificate> tried) {
    return onCaller(held(trust).authorities(tried));
  }

  private IssuerKeys held(Trust trust) {
    return issuers.computeIfAbsent(new Source(trust.issuer(), trust.keys()), key -> keysOf(trust));
  }

  private static <T> Uni<T> onCaller(CompletableFuture<T> found) {
    Uni<T> answer = Uni.createFrom().completionStage(found);
    return found.isDone() ? answer : CallerContext.back(answer);
  }

  @PreDestroy
  public void close() {
    documents.close();
  }

  private IssuerKeys keysOf(Trust trust) {
    var watch = new Watch(trust.issuer());
    var keys = new IssuerKeys(() -> fetch(trust), limits, clock, watch);
    Gauge.builder(
            "mayfly.identity.keys.age", keys, held -> held.age().map(Watch::seconds).orElse(0.0))
        .description("How old the keys held of an issuer are")
        .baseUnit("seconds")
        .tag("issuer", trust.issuer())
        .strongReference(true)
        .register(metrics);
    return keys;
  }

  /** Whatever goes wrong on the way, be it an address no client takes, is a failed fetch. */
  private CompletableFuture<IssuerDocuments.Fetched> fetch(Trust trust) {
    return CompletableFuture.completedFuture(trust).thenCompose(documents::keysOf);
  }

  /** Counts the attempts to fetch one issuer's keys, and says each failure once in the log. */
  private final class Watch implements IssuerKeys.Listener {

    private final String issuer;
    private final Counter fetches;
    private final Counter failures;

    Watch(String issuer) {
      this.issuer = issuer;
      this.fetches = counter("fetched");
      this.failures = counter("failed");
    }

    @Override
    public void fetched() {
      fetches.increment();
    }

    @Override
    public void failed(Throwable cause) {
      failures.increment();
      Throwable root = cause.getCause() == null ? cause : cause.getCause();
      LOG.log(System.Logger.Level.WARNING, "keys of {0} not fetched: {1}", issuer, root.toString());
    }

    private Counter counter(String outcome) {
      return Counter.builder("mayfly.identity.keys.fetches")
          .description("Attempts to fetch an issuer's keys")
          .tag("issuer", issuer)
          .tag("outcome", outcome)
          .register(metrics);
    }

    static double seconds(Duration age) {
      return age.toMillis() / 1_000.0;
    }
  }
}
