package dev.mayfly.policy;

import dev.mayfly.policy.PolicyLint.Draft;
import java.util.List;
import java.util.TreeSet;

/**
 * Judges who may act for people: an agent has no right of its own, is named by the roles it may act
 * under, and never acts at Mayfly itself, where people decide.
 */
final class AgentLint {

  private final Draft draft;

  private AgentLint(Draft draft) {
    this.draft = draft;
  }

  static void check(Draft draft) {
    AgentLint lint = new AgentLint(draft);
    for (Role role : draft.policy().roles().values()) {
      role.request().ifPresent(rules -> lint.role(role, rules));
    }
    List<Entitlement> entitlements = draft.policy().entitlements();
    for (int index = 0; index < entitlements.size(); index++) {
      lint.entitlement(entitlements.get(index), "entitlements[%d]".formatted(index));
    }
  }

  private void role(Role role, RequestRules rules) {
    String path = "roles.%s.request.agents".formatted(role.id());
    for (String id : new TreeSet<>(rules.agents())) {
      IdentityEntry entry = draft.policy().identities().get(id);
      if (entry == null || entry.kind() != IdentityEntry.Kind.AGENT) {
        draft.error(FindingCode.UNKNOWN_AGENT, path, "there is no identity of kind agent " + id);
      } else if (!role.environments().contains(entry.environment())) {
        draft.error(
            FindingCode.UNREACHABLE_ENTITLEMENT,
            path,
            "%s is not for the environment %s".formatted(role.id(), entry.environment()));
      }
    }
    if (!rules.agents().isEmpty() && role.audiences().contains(Role.BROKER)) {
      draft.error(
          FindingCode.BROKER_AUDIENCE, path, "no agent acts at Mayfly itself, where people decide");
    }
  }

  private void entitlement(Entitlement entitlement, String path) {
    IdentityEntry entry = draft.policy().identities().get(entitlement.identity());
    if (entry != null && entry.kind() == IdentityEntry.Kind.AGENT) {
      draft.error(
          FindingCode.AGENT_ENTITLEMENT,
          path + ".identity",
          "%s acts for people and has no right of its own: name it under request.agents of %s"
              .formatted(entry.id(), entitlement.role()));
    }
  }
}
