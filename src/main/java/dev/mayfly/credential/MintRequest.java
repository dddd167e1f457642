package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Subject;
import dev.mayfly.policy.TakenBackProofs;
import dev.mayfly.store.GrantId;
import java.util.Optional;

/**
 * A proven caller's wish for a credential.
 *
 * @param order what is to be made, and for which key
 * @param under the grant to mint under, for somebody who holds one; a standing one otherwise
 * @param onBehalf who an agent acts for
 */
public record MintRequest(
    Proven proven,
    Ask ask,
    Optional<String> idempotencyKey,
    Order order,
    Optional<GrantId> under,
    Optional<OnBehalf> onBehalf,
    String requestId) {

  /** By somebody who acts for nobody else. */
  public MintRequest(
      Proven proven,
      Ask ask,
      Optional<String> idempotencyKey,
      Order order,
      Optional<GrantId> under,
      String requestId) {
    this(proven, ask, idempotencyKey, order, under, Optional.empty(), requestId);
  }

  /**
   * Who an agent acts for.
   *
   * @param person as their provider last described them
   */
  public record OnBehalf(Proven person, String task) {}

  /** The same wish for something else, e.g. a token of the same role for a key that was shown. */
  public MintRequest with(Order other) {
    return new MintRequest(proven, ask, idempotencyKey, other, under, onBehalf, requestId);
  }

  /** The same wish of an agent, for this person under this grant. */
  MintRequest actingFor(OnBehalf who, GrantId grant, Ask narrowed) {
    return new MintRequest(
        proven, narrowed, idempotencyKey, order, Optional.of(grant), Optional.of(who), requestId);
  }

  /**
   * Whose right it is, as this version of the policy describes them. Refused where it took back
   * what they proved themselves by: the certificate would prove them under this version, too.
   */
  Outcome<Subject> judgedUnder(CompiledPolicy policy) {
    if (TakenBackProofs.since(proven.entry(), policy)) {
      return Outcome.refused(
          new Refusal.Unauthenticated(
              "proof-taken-back",
              proven.name()
                  + " proved itself by what revision "
                  + policy.version()
                  + " took back"));
    }
    Proven whose = onBehalf.map(OnBehalf::person).orElse(proven);
    // Another version may have been active when they proved themselves.
    Proven now = whose.under(policy).orElse(whose);
    return Outcome.ok(new Subject(now.name(), now.entry(), now.attributes()));
  }
}
