package dev.mayfly.policy;

import dev.mayfly.policy.Findings.Positions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Judges what a well-formed policy says: an error keeps it from being activated, a warning is for
 * the reviewer. The codes are described in {@code docs/policy.md}.
 */
final class PolicyLint {

  private static final String BROKER_SCOPES = "mayfly:";

  /** As long as a signing key lives by default: no token outlives its key (rule 4). */
  private static final Duration LONGEST_JWT = Duration.ofDays(1);

  private final Draft draft;

  private PolicyLint(Draft draft) {
    this.draft = draft;
  }

  /** A policy under judgement: where each part stands, and the time it is judged at. */
  record Draft(Policy policy, Positions positions, Findings findings, Instant now) {

    void error(FindingCode code, String path, String message) {
      findings.error(code, positions.of(path), message);
    }

    void warning(FindingCode code, String path, String message) {
      findings.warning(code, positions.of(path), message);
    }

    /** The furthest a review date or an entitlement's end may lie ahead. */
    Instant horizon() {
      return now.plus(policy.ceilings().review());
    }
  }

  static List<Finding> check(Policy policy, Positions positions, Instant now) {
    Draft draft = new Draft(policy, positions, new Findings(), now);
    new PolicyLint(draft).check();
    KeyLint.check(draft);
    FederationLint.check(draft);
    RequestLint.check(draft);
    AgentLint.check(draft);
    CertificateLint.check(draft);
    return draft.findings().list();
  }

  private void check() {
    if (draft.policy().ceilings().jwt().compareTo(LONGEST_JWT) > 0) {
      draft.error(
          FindingCode.CEILING_TOO_HIGH,
          "ceilings.jwt",
          "no key signs for longer than a day: lower it (tokens here live for minutes)");
    }
    draft.policy().roles().values().forEach(this::role);
    draft.policy().identities().values().forEach(this::identity);
    Set<List<Object>> seen = new HashSet<>();
    for (int index = 0; index < draft.policy().entitlements().size(); index++) {
      entitlement("entitlements[%d]".formatted(index), seen, index);
    }
    operator();
  }

  private void role(Role role) {
    String path = "roles." + role.id();
    Ceilings ceilings = draft.policy().ceilings();
    if (role.ttl().compareTo(ceilings.jwt()) > 0) {
      draft.error(
          FindingCode.TTL_PAST_CEILING,
          path + ".ttl",
          "the ttl is longer than ceilings.jwt: shorten it");
    }
    if (role.ttl().compareTo(role.grant()) > 0) {
      draft.error(
          FindingCode.TTL_PAST_CEILING,
          path + ".ttl",
          "the ttl is longer than the role's grant, which no credential outlives");
    }
    if (role.grant().compareTo(ceilings.grant()) > 0) {
      draft.error(
          FindingCode.GRANT_PAST_CEILING,
          path + ".grant",
          "the grant is longer than ceilings.grant: shorten it");
    }
    noWildcard(path + ".audiences", role.audiences());
    noWildcard(path + ".scopes", role.scopes());
    brokerAudience(role, path);
    role.conditionSource().ifPresent(source -> FederationLint.compiles(draft, path, source));
    if (draft.policy().entitlements().stream().noneMatch(one -> one.role().equals(role.id()))) {
      draft.warning(FindingCode.ROLE_WITHOUT_ENTITLEMENT, path, "nobody is entitled to this role");
    }
  }

  private void brokerAudience(Role role, String path) {
    boolean broker = role.audiences().contains(Role.BROKER);
    boolean only = role.audiences().equals(Set.of(Role.BROKER));
    boolean all = role.scopes().stream().allMatch(scope -> scope.startsWith(BROKER_SCOPES));
    boolean any = role.scopes().stream().anyMatch(scope -> scope.startsWith(BROKER_SCOPES));
    if ((broker || any) && !(only && all)) {
      draft.error(
          FindingCode.BROKER_AUDIENCE,
          path + ".audiences",
          "a role for Mayfly's own API has the audience mayfly and scopes mayfly:*, and nothing"
              + " else; no other role has either");
    }
  }

  private void identity(IdentityEntry entry) {
    String path = "identities." + entry.id();
    noWildcard(path + ".serves", entry.serves());
    if (entry.reviewAt().isAfter(draft.horizon())) {
      draft.error(
          FindingCode.REVIEW_PAST_CEILING,
          path + ".review",
          "the review is further ahead than ceilings.review: choose an earlier date");
    }
    Duration grace = draft.policy().ceilings().reviewGrace();
    if (!draft.now().isBefore(entry.reviewAt().plus(grace))) {
      draft.error(
          FindingCode.REVIEW_OVERDUE,
          path + ".review",
          "the review date and its grace have passed, so %s cannot mint: review it and set the next date"
              .formatted(entry.id()));
    } else if (!draft.now().isBefore(entry.reviewAt())) {
      draft.warning(
          FindingCode.REVIEW_OVERDUE,
          path + ".review",
          "the review date has passed; %s stops minting when its grace ends".formatted(entry.id()));
    }
  }

  private void entitlement(String path, Set<List<Object>> seen, int index) {
    Entitlement entitlement = draft.policy().entitlements().get(index);
    if (!seen.add(List.of(entitlement.role(), entitlement.identity()))) {
      draft.error(
          FindingCode.DUPLICATE_ENTITLEMENT,
          path,
          "%s has an entitlement to %s already: write one"
              .formatted(entitlement.identity(), entitlement.role()));
    }
    entitlement.scopes().ifPresent(scopes -> noWildcard(path + ".scopes", scopes));
    entitlement.audiences().ifPresent(audiences -> noWildcard(path + ".audiences", audiences));
    if (entitlement.until().isAfter(draft.horizon())) {
      draft.error(
          FindingCode.UNTIL_PAST_CEILING,
          path + ".until",
          "the end is further ahead than ceilings.review: choose an earlier date");
    }
    if (!draft.now().isBefore(entitlement.until())) {
      unreachable(path + ".until", "it has ended: set the next date, or remove it");
    }
    reachable(entitlement, path);
  }

  private void reachable(Entitlement entitlement, String path) {
    Role role = draft.policy().roles().get(entitlement.role());
    IdentityEntry entry = draft.policy().identities().get(entitlement.identity());
    if (role == null) {
      unreachable(path + ".role", "there is no role " + entitlement.role());
    }
    if (entry == null) {
      unreachable(path + ".identity", "there is no identity " + entitlement.identity());
    }
    if (role != null && entry != null && !role.environments().contains(entry.environment())) {
      unreachable(
          path, "%s is not for the environment %s".formatted(role.id(), entry.environment()));
    }
    if (role != null) {
      entitlement.scopes().ifPresent(some -> within(some, role.given(), path + ".scopes"));
      entitlement
          .audiences()
          .ifPresent(some -> within(some, role.audiences(), path + ".audiences"));
    }
  }

  private void within(Set<String> some, Set<String> all, String path) {
    if (some.stream().noneMatch(all::contains)) {
      unreachable(path, "none of these is the role's, so nothing can be given");
    } else if (!all.containsAll(some)) {
      draft.warning(FindingCode.UNREACHABLE_ENTITLEMENT, path, "some of these are not the role's");
    }
  }

  private void operator() {
    var operator = draft.policy().operator();
    if (operator.isEmpty()) {
      draft.warning(
          FindingCode.NO_OPERATOR,
          "",
          "without bootstrap.operator nobody is named who can revoke through the API");
      return;
    }
    boolean can =
        draft.policy().entitlements().stream()
            .filter(one -> one.identity().equals(operator.get()))
            .filter(one -> one.type() == Entitlement.Type.STANDING)
            .map(one -> draft.policy().roles().get(one.role()))
            .anyMatch(role -> role != null && role.audiences().contains(Role.BROKER));
    if (!can) {
      draft.error(
          FindingCode.NO_OPERATOR,
          "bootstrap.operator",
          "the operator needs a standing entitlement to a role with the audience mayfly");
    }
  }

  private void unreachable(String path, String message) {
    draft.error(FindingCode.UNREACHABLE_ENTITLEMENT, path, message);
  }

  private void noWildcard(String path, Set<String> texts) {
    if (texts.stream().anyMatch(text -> text.contains("*"))) {
      draft.error(
          FindingCode.WILDCARD, path, "Mayfly matches exactly: write out what is meant by *");
    }
  }
}
