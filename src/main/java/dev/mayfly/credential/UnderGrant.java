package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Narrowing;
import dev.mayfly.grant.Person;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Form;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What every mint under a grant that a person asked for has to ask of that person and that grant.
 */
final class UnderGrant {

  private UnderGrant() {}

  /** Whether the policy would still let them request the role. */
  static boolean isEligible(Person person, String role, CompiledPolicy policy, Instant now) {
    return policy.offers(person.subject(), role, now);
  }

  /** The person as a mint looks at who it is for; their login used nothing up. */
  static Proven proven(Person person) {
    return new Proven(
        person.name(), person.entry(), person.claims(), Optional.empty(), person.authTime());
  }

  /** The result is in both: what is asked, and what the grant was asked for. */
  static Outcome<Ask> narrow(Ask ask, Narrowing narrowing) {
    return ask.form() == Form.TOKEN ? token(ask, narrowing) : certificate(ask, narrowing);
  }

  /** Whether the grant gives certificates was asked for by scope; their names are the policy's. */
  private static Outcome<Ask> certificate(Ask ask, Narrowing narrowing) {
    return narrowing.scopes().isEmpty() || ask.form().isAmong(narrowing.scopes())
        ? Outcome.ok(ask)
        : Outcome.refused(
            new Refusal.BadScope(
                "scope-outside-grant", "the grant was asked for without " + ask.form().scope()));
  }

  private static Outcome<Ask> token(Ask ask, Narrowing narrowing) {
    Set<String> scopes = within(ask.scopes(), narrowing.scopes());
    Set<String> resources = within(Set.copyOf(ask.resources()), Set.copyOf(narrowing.audiences()));
    if (!narrowing.scopes().isEmpty() && !narrowing.scopes().containsAll(scopes)) {
      return Outcome.refused(
          new Refusal.BadScope("scope-outside-grant", "the grant was asked for with fewer scopes"));
    }
    if (!narrowing.audiences().isEmpty() && !narrowing.audiences().containsAll(resources)) {
      return Outcome.refused(
          new Refusal.BadTarget(
              "resource-outside-grant", "the grant was asked for with fewer audiences"));
    }
    return Outcome.ok(ask.narrowed(scopes, List.copyOf(new TreeSet<>(resources))));
  }

  private static Set<String> within(Set<String> asked, Set<String> granted) {
    return asked.isEmpty() ? granted : asked;
  }
}
