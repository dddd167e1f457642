package dev.mayfly.policy;

import dev.mayfly.DurationText;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Rights.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a request against the role it is for, strictly: nothing is cut to fit, because an approver
 * decides on what was asked.
 */
final class WishReader {

  private static final int MAX_REASON = 1_000;
  private static final int MAX_WORDS = 200;

  private WishReader() {}

  /** What was asked for, within bounds; inputs as CEL sees them. */
  record Read(
      Duration duration, Set<String> scopes, Set<String> audiences, Map<String, Object> inputs) {}

  static Outcome<Read> read(
      Wish wish, Line line, RequestRules rules, Ceilings ceilings, Instant authorityEnd) {
    return words(wish)
        .or(() -> start(wish, authorityEnd))
        .or(() -> narrowing(wish, line))
        .<Outcome<Read>>map(Outcome::refused)
        .orElseGet(
            () ->
                duration(wish, rules, ceilings)
                    .then(
                        duration ->
                            inputs(wish, rules)
                                .then(
                                    inputs ->
                                        Outcome.ok(
                                            new Read(
                                                duration,
                                                chosen(wish.scopes(), line.scopes()),
                                                chosen(wish.audiences(), line.audiences()),
                                                inputs)))));
  }

  private static Optional<Refusal> words(Wish wish) {
    if (wish.reason().isBlank() || !isWords(wish.reason(), MAX_REASON)) {
      return malformed(
          "reason",
          "a reason is text of at most %d characters, and not blank".formatted(MAX_REASON));
    }
    if (wish.ticket().filter(text -> !isWords(text, MAX_WORDS)).isPresent()) {
      return malformed("ticket", "a ticket has at most %d characters".formatted(MAX_WORDS));
    }
    return wish.target().filter(text -> !isWords(text, MAX_WORDS)).isPresent()
        ? malformed("target", "a target has at most %d characters".formatted(MAX_WORDS))
        : Optional.empty();
  }

  /** Shown to whoever decides, in mails and terminals: no control characters but line ends. */
  private static boolean isWords(String text, int most) {
    return text.length() <= most
        && text.codePoints()
            .noneMatch(
                one ->
                    (Character.isISOControl(one) && one != '\n')
                        || Character.getType(one) == Character.FORMAT);
  }

  /** Whether it is past is the grant's to judge: a request is looked at again when it starts. */
  private static Optional<Refusal> start(Wish wish, Instant authorityEnd) {
    return wish.start().filter(start -> !start.isBefore(authorityEnd)).isPresent()
        ? malformed("start", "start lies past %s, when eligibility ends".formatted(authorityEnd))
        : Optional.empty();
  }

  /** Of several roles it is said which one gives less: whoever asks sees it in their catalog. */
  private static Optional<Refusal> narrowing(Wish wish, Line line) {
    if (line.scopes().isEmpty() || !line.scopes().containsAll(wish.scopes())) {
      return less(line, "scope", "its scopes are", line.scopes());
    }
    // A role may give certificates only; one of tokens whose entitlement leaves none gives nothing.
    boolean nothing = line.audiences().isEmpty() && !line.role().audiences().isEmpty();
    return nothing || !line.servesAll(wish.audiences())
        ? less(line, "resource", "its audiences are", line.audiences())
        : Optional.empty();
  }

  private static Optional<Refusal> less(
      Line line, String what, String gives, Collection<String> all) {
    return Optional.of(
        new Refusal.Malformed(
            what + "-not-available",
            "%s does not give every %s that was asked for: %s %s"
                .formatted(line.role().id(), what, gives, String.join(" ", new TreeSet<>(all)))));
  }

  private static Outcome<Duration> duration(Wish wish, RequestRules rules, Ceilings ceilings) {
    Duration longest =
        rules.longest().compareTo(ceilings.grant()) < 0 ? rules.longest() : ceilings.grant();
    Duration asked = wish.duration().orElse(rules.usual());
    return asked.compareTo(rules.shortest()) < 0 || asked.compareTo(longest) > 0
        ? Outcome.refused(
            new Refusal.Malformed(
                "duration-malformed",
                "duration must be from %s to %s"
                    .formatted(DurationText.of(rules.shortest()), DurationText.of(longest))))
        : Outcome.ok(asked);
  }

  private static Outcome<Map<String, Object>> inputs(Wish wish, RequestRules rules) {
    if (!rules.inputs().keySet().containsAll(wish.inputs().keySet())) {
      return badInput(
          rules.inputs().isEmpty()
              ? "this role takes no inputs"
              : "the inputs of this role are " + String.join(", ", rules.inputs().keySet()));
    }
    Map<String, Object> read = new LinkedHashMap<>();
    for (Input input : rules.inputs().values()) {
      Object value = wish.inputs().get(input.name());
      if (value == null && !input.optional()) {
        return badInput("inputs.%s is missing: %s".formatted(input.name(), input.should()));
      }
      if (value != null) {
        switch (input.read(value)) {
          case Outcome.Ok<Object>(Object good) -> read.put(input.name(), good);
          case Outcome.Refused<Object>(Refusal refusal) -> {
            return Outcome.refused(refusal);
          }
        }
      }
    }
    return Outcome.ok(read);
  }

  private static Set<String> chosen(Collection<String> asked, Set<String> all) {
    return new TreeSet<>(asked.isEmpty() ? all : asked);
  }

  private static Outcome<Map<String, Object>> badInput(String say) {
    return Outcome.refused(new Refusal.Malformed("input-malformed", say));
  }

  private static Optional<Refusal> malformed(String field, String say) {
    return Optional.of(new Refusal.Malformed(field + "-malformed", say));
  }
}
