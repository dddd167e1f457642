package dev.mayfly.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every role of a policy and who is entitled to it, resolved and compiled once. */
final class Rights {

  private final Ceilings ceilings;
  private final Map<String, Role> roles = new HashMap<>();
  private final Map<String, Map<String, Line>> byIdentity = new HashMap<>();

  /**
   * An entitlement beside its role: the most it can give.
   *
   * @param scopes with those that stand for certificates ({@link Form})
   */
  record Line(
      Role role,
      Entitlement entitlement,
      Set<String> scopes,
      Set<String> audiences,
      Optional<Condition> condition) {

    /** Whether it gives this subject anything now, by asking or by request. */
    boolean usable(Subject subject, Instant now) {
      return usable(subject, Approver.groups(subject.attributes()), now);
    }

    /** As above, for whom the groups were read already: a person may have thousands of lines. */
    boolean usable(Subject subject, Set<String> groups, Instant now) {
      return fitsEnvironment(subject)
          && now.isBefore(entitlement.until())
          && entitlement.covers(groups);
    }

    boolean fitsEnvironment(Subject subject) {
      return role.environments().contains(subject.entry().environment());
    }

    boolean covers(Subject subject) {
      return entitlement.covers(Approver.groups(subject.attributes()));
    }

    boolean servesAll(Collection<String> resources) {
      return audiences.containsAll(resources);
    }
  }

  Rights(Policy policy, String issuer) {
    this.ceilings = policy.ceilings();
    Map<String, Condition> conditions = new HashMap<>();
    for (Role role : policy.roles().values()) {
      roles.put(role.id(), role.withAudiences(resolve(role.audiences(), issuer)));
      role.conditionSource()
          .ifPresent(
              source ->
                  conditions.put(
                      role.id(),
                      CompiledPolicy.compile("roles." + role.id(), source, Condition.Scope.MINT)));
    }
    for (Entitlement entitlement : policy.entitlements()) {
      Role role = roles.get(entitlement.role());
      if (role != null) {
        byIdentity
            .computeIfAbsent(entitlement.identity(), id -> new HashMap<>())
            .put(role.id(), line(role, entitlement, conditions.get(role.id()), issuer));
      }
    }
  }

  /** With its audience resolved. */
  Optional<Role> role(String id) {
    return Optional.ofNullable(roles.get(id));
  }

  Collection<Role> roles() {
    return roles.values();
  }

  /** The lines of an identity entry, by role. */
  Map<String, Line> of(String entryId) {
    return byIdentity.getOrDefault(entryId, Map.of());
  }

  /** From then on the subject's entry mints nothing, whatever it is entitled to. */
  Instant reviewEnd(Subject subject) {
    return subject.entry().reviewAt().plus(ceilings.reviewGrace());
  }

  /** What no grant of this line reaches past. */
  Instant authorityEnd(Line line, Subject subject) {
    Instant review = reviewEnd(subject);
    Instant until = line.entitlement().until();
    return until.isBefore(review) ? until : review;
  }

  /** What every condition of a role may name of who asks. */
  static Map<String, Object> variables(Subject subject, Instant now) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("claims", subject.attributes());
    variables.put("now", now);
    variables.put("identity.name", subject.name());
    variables.put("identity.environment", subject.entry().environment());
    variables.put("identity.kind", subject.entry().kind().name());
    variables.put("identity.owner", subject.entry().owner());
    return variables;
  }

  private static Line line(
      Role role, Entitlement entitlement, @Nullable Condition condition, String issuer) {
    Set<String> scopes = new TreeSet<>(role.given());
    entitlement.scopes().ifPresent(scopes::retainAll);
    Set<String> audiences = new TreeSet<>(role.audiences());
    entitlement.audiences().map(some -> resolve(some, issuer)).ifPresent(audiences::retainAll);
    return new Line(role, entitlement, scopes, audiences, Optional.ofNullable(condition));
  }

  private static Set<String> resolve(Set<String> audiences, String issuer) {
    List<String> resolved = new ArrayList<>();
    audiences.forEach(one -> resolved.add(one.equals(Role.BROKER) ? issuer : one));
    return Set.copyOf(resolved);
  }
}
