package dev.mayfly.policy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One version of the policy, ready to decide: immutable, every condition compiled, every look-up a
 * hash away.
 */
public final class CompiledPolicy {

  private final Policy policy;
  private final Map<String, IdentityEntry> clients = new HashMap<>();
  private final Map<String, List<FederatedEntry>> federated = new HashMap<>();
  private final Decision decision;

  private CompiledPolicy(Policy policy, String issuer) {
    this.policy = policy;
    for (IdentityEntry entry : policy.identities().values()) {
      switch (entry.proving()) {
        case Proving.PrivateKeyJwt client -> clients.put(client.spiffeId(), entry);
        case Proving.Federated proving -> addFederated(entry, proving);
        case Proving.Login proving -> {}
      }
    }
    federated.replaceAll((trust, entries) -> List.copyOf(entries));
    this.decision = new Decision(policy, issuer);
  }

  /**
   * Compiles a policy that lint found free of errors.
   *
   * @param issuer of this broker: takes the place of the audience {@value Role#BROKER}
   * @throws IllegalArgumentException when something in it does not compile
   */
  public static CompiledPolicy of(Policy policy, String issuer) {
    return new CompiledPolicy(policy, issuer);
  }

  /** The document it was made of. */
  public Policy policy() {
    return policy;
  }

  /** The document's revision. */
  public long version() {
    return policy.revision();
  }

  /** The entry of a client that signs its own assertions, by its client id. */
  public Optional<IdentityEntry> client(String spiffeId) {
    return Optional.ofNullable(clients.get(spiffeId));
  }

  /** The entries that JWTs of this issuer may prove; the issuer is compared byte for byte. */
  public List<FederatedEntry> federated(String issuer) {
    return federated.getOrDefault(issuer, List.of());
  }

  /** The role as it is minted: the audience {@value Role#BROKER} replaced by the issuer. */
  public Optional<Role> role(String id) {
    return decision.role(id);
  }

  /** The SPIFFE IDs that each entry can come to have, by entry id. */
  Map<String, Set<String>> names() {
    Map<String, Set<String>> names = new HashMap<>();
    clients.forEach((name, entry) -> names.put(entry.id(), Set.of(name)));
    federated.values().stream()
        .flatMap(List::stream)
        .forEach(
            one ->
                names.put(
                    one.entry().id(),
                    PossibleNames.of(one.template(), PinnedClaims.of(one.condition()))));
    return names;
  }

  /** Whether this subject may have this, now; evaluated anew at every request. */
  public Outcome<Allowed> decide(Subject subject, Ask ask, Instant now) {
    return decision.of(subject, ask, now);
  }

  /** The entries that a login at this trust may prove; exactly one must match. */
  public List<LoginEntry> logins(String trustId) {
    return List.of();
  }

  /** The roles that this person may request now; what they may not is not there. */
  public List<Offer> catalog(Subject person, Instant now) {
    return List.of();
  }

  /**
   * What the policy says to a request. Asked again at approval and at activation, with what is
   * known of the person then.
   *
   * @return {@code role-unknown} alike for a role that does not exist and one this person may not
   *     request; {@code Malformed} naming the field that is wrong
   */
  public Outcome<Assessment> assess(Elevated person, Wish wish, Instant now) {
    return Outcome.refused(new Refusal.Denied("role-unknown", "there is no such role"));
  }

  /** The roles that nobody may hold beside this one, whichever of the two says so. */
  public Set<String> excluded(String role) {
    return Set.of();
  }

  /** For whom a request is decided: its holder and, where somebody else asked, that person. */
  public Requester requester(Subject holder, Optional<String> askedBy) {
    return new Requester(holder.name(), askedBy, holder.entry().owner(), Optional.empty());
  }

  /**
   * How far an approval has come; computed anew each time, from everybody's present groups.
   *
   * @param stages of the role, or of its assessment
   * @param approvals each person once, in the order given
   */
  public ApprovalProgress progress(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant requestedAt,
      Instant now) {
    return new ApprovalProgress(false, 0, requestedAt, Optional.empty(), List.of(), List.of());
  }

  /**
   * Why this person's approval would not count now; empty when it would. Parameters as of {@link
   * #progress}.
   */
  public Optional<Refusal> objection(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant requestedAt,
      Approver candidate,
      Instant now) {
    return Optional.of(new Refusal.Denied("approver-not-asked", "nobody is asked"));
  }

  private void addFederated(IdentityEntry entry, Proving.Federated proving) {
    Trust trust = policy.trusts().get(proving.trust());
    if (trust == null) {
      throw new IllegalArgumentException(entry.id() + " names no trust of this policy");
    }
    Condition condition =
        compile("identities." + entry.id(), proving.conditionSource(), Condition.Scope.PROOF);
    SpiffeTemplate template =
        SpiffeTemplate.parse(proving.spiffeTemplate(), policy.trustDomain())
            .orElseThrow(
                () -> new IllegalArgumentException(entry.id() + " has no valid SPIFFE template"));
    federated
        .computeIfAbsent(trust.issuer(), issuer -> new ArrayList<>())
        .add(new FederatedEntry(trust, entry, condition, template));
  }

  static Condition compile(String place, String source, Condition.Scope scope) {
    return switch (Condition.compile(source, scope)) {
      case Condition.Compiled.Ok(Condition condition) -> condition;
      case Condition.Compiled.Wrong(int line, int column, String message) ->
          throw new IllegalArgumentException(
              "the condition of %s, line %d: %s".formatted(place, line, message));
    };
  }
}
