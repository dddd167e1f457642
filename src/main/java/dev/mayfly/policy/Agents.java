package dev.mayfly.policy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which agents a policy knows, and under which roles each may act for somebody. */
final class Agents {

  private final Policy policy;
  private final Map<String, IdentityEntry> names;

  /**
   * @param names of all entries that can be counted, by SPIFFE ID
   */
  Agents(Policy policy, Map<String, IdentityEntry> names) {
    this.policy = policy;
    this.names = Map.copyOf(names);
  }

  /** By SPIFFE ID, or by the id of an entry that has one name only. */
  Outcome<Agent> find(String nameOrEntry) {
    List<Agent> found =
        names.entrySet().stream()
            .filter(one -> one.getValue().kind() == IdentityEntry.Kind.AGENT)
            .filter(
                one -> one.getKey().equals(nameOrEntry) || one.getValue().id().equals(nameOrEntry))
            .map(one -> new Agent(one.getKey(), one.getValue()))
            .toList();
    return switch (found.size()) {
      case 1 -> Outcome.ok(found.getFirst());
      case 0 -> refuse("agent-unknown", "the policy knows no agent of this name");
      default -> refuse("agent-ambiguous", "this entry has several names: give the SPIFFE ID");
    };
  }

  /** Whether this entry may act under this role, for whoever may have it. */
  boolean mayAct(String entryId, String roleId) {
    return Optional.ofNullable(policy.roles().get(roleId))
        .filter(role -> role.request().filter(r -> r.agents().contains(entryId)).isPresent())
        .filter(role -> isAgent(entryId, role))
        .isPresent();
  }

  private boolean isAgent(String entryId, Role role) {
    return Optional.ofNullable(policy.identities().get(entryId))
        .filter(entry -> entry.kind() == IdentityEntry.Kind.AGENT)
        .filter(entry -> role.environments().contains(entry.environment()))
        .isPresent();
  }

  private static Outcome<Agent> refuse(String code, String say) {
    return Outcome.refused(new Refusal.Forbidden(code, say));
  }
}
