package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Condition;
import dev.mayfly.policy.FederatedEntry;
import dev.mayfly.policy.Trust;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Finds whom verified claims of a trust are about.
 *
 * <p>Exactly one entry's condition must hold. One that cannot be evaluated denies its own entry and
 * is told apart from a "no" (rule 10); it does not deny another entry, or the claim that one
 * identity asks for would have to stand in everybody's assertions.
 *
 * @param because how this kind of proof is refused; the words are for the operator
 */
record VouchedFor(Trust trust, Claims claims, Function<String, Refusal> because) {

  /** An entry that was met, and the name that these claims give it. */
  record Who(String name, FederatedEntry entry, Map<String, Object> claims) {
    Proven proven(Optional<UUID> assertionKey, Instant until) {
      return new Proven(name, entry.entry(), claims, assertionKey, until);
    }
  }

  Outcome<Who> under(CompiledPolicy policy, Instant now) {
    List<FederatedEntry> met = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (FederatedEntry entry : policy.federated(trust.issuer())) {
      if (entry.trust().equals(trust)) {
        switch (entry.judge(claims.all(), now)) {
          case Condition.Verdict.Met() -> met.add(entry);
          case Condition.Verdict.NotMet() -> {}
          case Condition.Verdict.Failed(String why) -> failed.add(entry.entry().id() + ": " + why);
        }
      }
    }
    return switch (met.size()) {
      case 1 -> name(met.getFirst());
      case 0 -> refuse("meets no identity's condition" + failures(failed));
      default -> refuse("meets the conditions of " + ids(met) + ", so names nobody");
    };
  }

  private Outcome<Who> name(FederatedEntry entry) {
    return entry
        .template()
        .fill(claims.all())
        .map(name -> Outcome.ok(new Who(name, entry, claims.all())))
        .orElseGet(
            () -> refuse("has a claim that no SPIFFE ID of " + entry.entry().id() + " may hold"));
  }

  private static String failures(List<String> failed) {
    return failed.isEmpty() ? "" : "; failed to evaluate: " + String.join("; ", failed);
  }

  private static String ids(List<FederatedEntry> entries) {
    return String.join(
        " and ", entries.stream().map(entry -> entry.entry().id()).sorted().toList());
  }

  private Outcome<Who> refuse(String what) {
    return Outcome.refused(because.apply("a proof of trust " + trust.id() + " " + what));
  }
}
