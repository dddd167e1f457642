package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What one version of the policy allows a grant: until when at most, and how long between renewals.
 *
 * @param endsAt the entitlement's end, or the identity's review with its grace, whichever is first
 * @param grant the longest life of a grant, before its renewal where it stands
 */
record Authority(Instant endsAt, Duration grant) {

  /** Empty when this policy gives this entry no such grant now. */
  static Optional<Authority> of(
      Policy policy, String entryId, String roleId, Entitlement.Type type, Instant now) {
    IdentityEntry entry = policy.identities().get(entryId);
    Role role = policy.roles().get(roleId);
    if (entry == null || role == null || !role.environments().contains(entry.environment())) {
      return Optional.empty();
    }
    return policy.entitlements().stream()
        .filter(one -> one.role().equals(roleId) && one.identity().equals(entryId))
        .filter(one -> one.type() == type)
        .findFirst()
        .map(one -> new Authority(end(policy, entry, one), shortest(policy, role, type)))
        .filter(authority -> now.isBefore(authority.endsAt()));
  }

  /** Of an agent's grant: what the person could have, while the agent may act there at all. */
  static Optional<Authority> ofAgent(
      CompiledPolicy policy, String agentEntry, String personEntry, String roleId, Instant now) {
    return Optional.ofNullable(policy.policy().identities().get(agentEntry))
        .filter(agent -> policy.mayAct(agentEntry, roleId))
        .map(agent -> agent.reviewAt().plus(policy.policy().ceilings().reviewGrace()))
        .flatMap(
            review ->
                of(policy.policy(), personEntry, roleId, Entitlement.Type.ELIGIBLE, now)
                    .map(
                        person ->
                            review.isBefore(person.endsAt())
                                ? new Authority(review, person.grant())
                                : person))
        .filter(authority -> now.isBefore(authority.endsAt()));
  }

  private static Instant end(Policy policy, IdentityEntry entry, Entitlement entitlement) {
    Instant review = entry.reviewAt().plus(policy.ceilings().reviewGrace());
    return entitlement.until().isBefore(review) ? entitlement.until() : review;
  }

  private static Duration shortest(Policy policy, Role role, Entitlement.Type type) {
    Duration ceiling = policy.ceilings().grant();
    Duration longest =
        switch (type) {
          case STANDING -> role.grant();
          case ELIGIBLE -> role.request().map(RequestRules::longest).orElse(role.grant());
        };
    return longest.compareTo(ceiling) < 0 ? longest : ceiling;
  }
}
