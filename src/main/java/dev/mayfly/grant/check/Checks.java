package dev.mayfly.grant.check;

import dev.mayfly.outbound.Letter;
import dev.mayfly.outbound.Post;
import dev.mayfly.outbound.PrivateAddress;
import dev.mayfly.outbound.Signatures;
import dev.mayfly.outbound.TooLong;
import dev.mayfly.policy.Check;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import dev.mayfly.store.CallerContext;
import dev.mayfly.store.Uuids;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/**
 * Asks for outside facts: all of one request at the same time, each within its own bound, and
 * whatever goes wrong is a fact that has no answer (rule 10). Never to be called while a
 * transaction is open: somebody else's machine would decide how long its locks are held.
 */
@ApplicationScoped
public class Checks {

  private static final Logger LOG = Logger.getLogger(Checks.class);

  /** Nothing comes for so long: no check may take longer (lint). */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final MeterRegistry metrics;
  private final Senders senders;
  private final Post post;
  private final Silence silence;
  private final Places places;

  public Checks(CheckConfig config, Vertx vertx, InstantSource clock, MeterRegistry metrics) {
    if (config.checksAtOnce() < 1) {
      throw new IllegalArgumentException("mayfly.grant.checks-at-once must be positive");
    }
    if (config.checksEach() < 1) {
      throw new IllegalArgumentException("mayfly.grant.checks-each must be positive");
    }
    this.clock = clock;
    this.metrics = metrics;
    this.senders = new Senders(config);
    this.post = new Post(vertx, LONGEST, config.checksAtOnce());
    this.silence = new Silence(clock);
    this.places = new Places(config.checksAtOnce(), config.checksEach());
  }

  /** An operator learns at the start, not from the first requester, what cannot be asked. */
  void start(@Observes @Priority(PolicyBook.STARTS + 1) StartupEvent event, PolicyBook book) {
    for (Role role : book.current().policy().roles().values()) {
      for (Check check : role.request().map(RequestRules::checks).orElse(List.of())) {
        senders
            .objection(check)
            .ifPresent(
                why -> LOG.warnf("checks.%s of %s says no: %s", check.name(), role.id(), why));
      }
    }
  }

  /**
   * What each check of the role came to, by its name; on the caller's event loop.
   *
   * @param actor whose act makes the broker ask: the questions under way are counted as theirs
   */
  public Uni<Map<String, Fact>> ask(Question question, String actor) {
    List<Check> checks = question.checks();
    if (checks.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return CallerContext.back(
        Uni.join()
            .all(checks.stream().map(check -> ask(question, actor, check)).toList())
            .andFailFast()
            .map(facts -> byName(checks, facts)));
  }

  private static Map<String, Fact> byName(List<Check> checks, List<Fact> facts) {
    Map<String, Fact> byName = new HashMap<>();
    for (int index = 0; index < checks.size(); index++) {
      byName.put(checks.get(index).name(), facts.get(index));
    }
    return byName;
  }

  private Uni<Fact> ask(Question question, String actor, Check check) {
    return Uni.createFrom()
        .deferred(() -> answer(question, actor, check))
        .invoke(fact -> count(check, fact));
  }

  private Uni<Fact> answer(Question question, String actor, Check check) {
    Optional<String> objection = senders.objection(check).or(() -> places.take(check, actor));
    if (objection.isPresent()) {
      return failed(objection.get());
    }
    if (!silence.isOver(check, question.requester())) {
      places.giveBack(check, actor);
      return failed(
          "it was silent %d times: it is asked again within %ds"
              .formatted(Silence.TRIES, Silence.PAUSE.toSeconds()));
    }
    return Uni.createFrom()
        .deferred(() -> post.answer(letter(question, check), Reply.LONGEST))
        .map(Reply::read)
        .invoke(answered -> silence.answered(check))
        .ifNoItem()
        .after(check.timeout())
        .fail()
        .onFailure()
        .recoverWithItem(failure -> noAnswer(question, check, failure))
        .onTermination()
        .invoke(() -> places.giveBack(check, actor));
  }

  private Letter letter(Question question, Check check) {
    Senders.Sender sender = senders.of(check).orElseThrow();
    String id = Uuids.next(clock).toString();
    Buffer body = question.json(id, check).toBuffer();
    return new Letter(
        check.url(),
        sender.privateToo(),
        Signatures.headers(sender.secrets(), id, clock.instant(), body),
        body);
  }

  /** What comes too late or not at all is silence; what comes and is too long is not. */
  private Fact noAnswer(Question question, Check check, Throwable failure) {
    if (failure instanceof TooLong) {
      silence.answered(check);
    } else {
      silence.notAnswered(check, question.requester());
    }
    LOG.debugf("checks.%s has no answer: %s", check.name(), failure.getClass().getName());
    return Fact.failed(words(check, failure));
  }

  /** Of a failure its kind alone: what it says was made by somebody else's machine. */
  private static String words(Check check, Throwable failure) {
    return switch (failure) {
      case TimeoutException late -> "it timed out after " + span(check.timeout());
      case TooLong wordy -> "its answer was longer than %d bytes".formatted(Reply.LONGEST);
      case UnknownHostException unknown -> "its name is not known";
      case PrivateAddress refused -> Senders.isPrivate(check.name());
      case ConnectException refused -> "nobody listens at its address";
      case SSLException untrusted -> "TLS with it failed";
      case HttpClosedException gone -> "it hung up without an answer";
      default -> "it could not be asked: " + failure.getClass().getSimpleName();
    };
  }

  private static String span(Duration time) {
    return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  private void count(Check check, Fact fact) {
    String result = fact.result().name().toLowerCase(Locale.ROOT);
    metrics.counter("mayfly.grant.checks", "check", check.name(), "result", result).increment();
  }

  private static Uni<Fact> failed(String why) {
    return Uni.createFrom().item(Fact.failed(why));
  }
}
