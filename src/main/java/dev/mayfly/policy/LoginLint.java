package dev.mayfly.policy;

import dev.mayfly.policy.PolicyLint.Draft;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges who can log in, under which name, and with which role.
 *
 * <p>The people of a login are not named in the policy, its groups are: a condition must require a
 * group (or name the person), and a name must come from a claim that stands for one person at its
 * provider. Otherwise everybody the provider knows could walk in, or take another's name.
 */
final class LoginLint {

  /** Stand for one person at their provider, who cannot choose it (OpenID Connect Core 5.7). */
  private static final Set<List<String>> NAMES_A_PERSON =
      Set.of(List.of("sub"), List.of("preferred_username"), List.of("oid"));

  private final Draft draft;
  private final Map<String, String> entryByName;
  private final List<Claimant> claimants = new ArrayList<>();

  /** A login's entry that came through, kept to be compared with the others. */
  private record Claimant(
      IdentityEntry entry,
      Proving.Login login,
      Optional<SpiffeTemplate> template,
      PinnedClaims pins,
      GroupDemand demand) {}

  private LoginLint(Draft draft, Map<String, String> entryByName) {
    this.draft = draft;
    this.entryByName = Map.copyOf(entryByName);
  }

  /** {@code entryByName}: the names that belong to workloads. */
  static void check(Draft draft, Map<String, String> entryByName) {
    LoginLint lint = new LoginLint(draft, entryByName);
    for (Login login : draft.policy().logins().values()) {
      FederationLint.secure(draft, "trusts." + login.id() + ".issuer", URI.create(login.issuer()));
    }
    lint.groups();
    for (IdentityEntry entry : new TreeMap<>(draft.policy().identities()).values()) {
      if (entry.proving() instanceof Proving.Login login) {
        lint.entry(entry, login);
      }
    }
  }

  /** Rules, entitlements and conditions name groups only: a name must be of one login. */
  private void groups() {
    Map<String, String> loginByPrefix = new TreeMap<>();
    for (Login login : new TreeMap<>(draft.policy().logins()).values()) {
      String other = loginByPrefix.putIfAbsent(login.groupPrefix(), login.id());
      if (other != null || (login.groupPrefix().isEmpty() && draft.policy().logins().size() > 1)) {
        draft.error(
            FindingCode.SHARED_GROUPS,
            "trusts.%s.login".formatted(login.id()),
            "with more than one people's login each has a group-prefix of its own, or who runs one"
                + " provider puts people into the other's groups");
      }
    }
  }

  private void entry(IdentityEntry entry, Proving.Login login) {
    String path = "identities.%s.login".formatted(entry.id());
    if (!draft.policy().logins().containsKey(login.trust())) {
      draft.error(
          FindingCode.UNKNOWN_TRUST,
          path + ".trust",
          "there is no people's login " + login.trust());
    }
    sessionRole(entry, login, path + ".role");
    boolean named =
        FederationLint.inTrustDomain(draft, path + ".spiffe-id", login.spiffeTemplate());
    Optional<Condition> condition =
        FederationLint.compile(
            draft, path + ".condition", login.conditionSource(), Condition.Scope.PROOF);
    if (condition.isEmpty()) {
      return;
    }
    Claimant claimant =
        new Claimant(
            entry,
            login,
            SpiffeTemplate.parse(login.spiffeTemplate(), draft.policy().trustDomain())
                .filter(template -> named),
            PinnedClaims.of(condition.get()),
            GroupDemand.of(condition.get()));
    closed(path, claimant);
    claimant.template().ifPresent(template -> names(path, template, claimant));
    claimants.forEach(other -> compare(path, claimant, other));
    claimants.add(claimant);
  }

  private void sessionRole(IdentityEntry entry, Proving.Login login, String path) {
    Role role = draft.policy().roles().get(login.role());
    boolean standing =
        draft.policy().entitlements().stream()
            .anyMatch(
                one ->
                    one.identity().equals(entry.id())
                        && one.role().equals(login.role())
                        && one.type() == Entitlement.Type.STANDING
                        && one.groups().isEmpty());
    boolean fits =
        role != null
            && role.audiences().equals(Set.of(Role.BROKER))
            && role.senderConstrained() != SenderConstraint.MTLS;
    if (!fits || !standing) {
      draft.error(
          FindingCode.SESSION_ROLE,
          path,
          ("a session's role has the audience mayfly, its tokens are not bound to a certificate, and"
                  + " %s has a standing entitlement to it for all its groups")
              .formatted(entry.id()));
    }
  }

  private void closed(String path, Claimant claimant) {
    boolean person = claimant.pins().values().keySet().stream().anyMatch(NAMES_A_PERSON::contains);
    if (!person && claimant.demand().required().isEmpty()) {
      draft.error(
          FindingCode.OPEN_SUBJECT,
          path + ".condition",
          "the condition must require a group, as in 'engineering' in claims.groups, or everybody"
              + " at the provider comes in");
    }
  }

  private void names(String path, SpiffeTemplate template, Claimant claimant) {
    String at = path + ".spiffe-id";
    List<List<String>> claims = template.claims();
    boolean chosen =
        claims.stream()
            .anyMatch(claim -> !NAMES_A_PERSON.contains(claim) && !claimant.pins().contains(claim));
    boolean shared =
        claims.stream().noneMatch(NAMES_A_PERSON::contains)
            && claimant.pins().values().entrySet().stream()
                .noneMatch(
                    pin -> NAMES_A_PERSON.contains(pin.getKey()) && pin.getValue().size() == 1);
    if (chosen || shared) {
      draft.error(
          FindingCode.OPEN_SUBJECT,
          at,
          "a person's name comes from claims.sub, claims.preferred_username or claims.oid, so that"
              + " nobody chooses or shares one");
    }
    entryByName.entrySet().stream()
        .filter(taken -> template.couldBe(taken.getKey()))
        .map(Map.Entry::getValue)
        .sorted()
        .findFirst()
        .ifPresent(
            other ->
                draft.error(
                    FindingCode.DUPLICATE_SPIFFE_ID,
                    at,
                    "somebody could log in under the name of %s: give people a path of their own"
                        .formatted(other)));
  }

  private void compare(String path, Claimant one, Claimant other) {
    boolean sameLogin = one.login().trust().equals(other.login().trust());
    boolean sameNames = one.login().spiffeTemplate().equals(other.login().spiffeTemplate());
    boolean overlap =
        one.template().isPresent()
            && other.template().isPresent()
            && one.template().get().overlaps(other.template().get());
    // One login's people keep their names when they move from entry to entry.
    if (overlap && !(sameLogin && sameNames)) {
      draft.error(
          FindingCode.DUPLICATE_SPIFFE_ID,
          path + ".spiffe-id",
          "people of %s could have this name too".formatted(other.entry().id()));
    }
    if (sameLogin && !one.pins().excludes(other.pins()) && !one.demand().excludes(other.demand())) {
      draft.warning(
          FindingCode.OVERLAPPING_FEDERATION,
          path + ".condition",
          "one person could meet this condition and that of %s, and is then refused"
              .formatted(other.entry().id()));
    }
  }
}
