package dev.mayfly.identity.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Condition;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.LoginEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What is kept of what a provider said of a person, and whom the policy knows by it. */
final class PersonClaims {

  static final String GROUPS = "groups";

  /** Of one token, not of the person. */
  private static final Set<String> OF_THE_TOKEN =
      Set.of(
          "iat",
          "exp",
          "nbf",
          "jti",
          "nonce",
          "at_hash",
          "c_hash",
          "s_hash",
          "sid",
          "auth_time",
          "azp",
          "typ",
          "session_state",
          "rat");

  private PersonClaims() {}

  /**
   * The person's claims, their groups as a sorted list of text under {@value #GROUPS}, each behind
   * the login's prefix.
   */
  static Map<String, Object> kept(Map<String, Object> said, Login login) {
    Map<String, Object> kept = new LinkedHashMap<>(said);
    kept.keySet().removeAll(OF_THE_TOKEN);
    kept.put(GROUPS, groups(said.get(login.groupsClaim()), login.groupPrefix()));
    return kept;
  }

  private static List<String> groups(
      @org.jspecify.annotations.Nullable Object claim, String prefix) {
    Set<String> groups = new TreeSet<>();
    switch (claim) {
      case String one -> groups.add(prefix + one);
      case Collection<?> several ->
          several.forEach(
              item -> {
                if (item instanceof String text) {
                  groups.add(prefix + text);
                }
              });
      case null, default -> {}
    }
    return List.copyOf(groups);
  }

  /** A person as the policy names them. */
  record Named(LoginEntry entry, Proven proven) {}

  /** Exactly one entry's condition must hold; one that cannot be evaluated holds not (rule 10). */
  static Outcome<Named> name(
      Map<String, Object> claims, Login login, CompiledPolicy policy, Instant now) {
    List<LoginEntry> met = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (LoginEntry entry : policy.logins(login.id())) {
      switch (entry.judge(claims, now)) {
        case Condition.Verdict.Met() -> met.add(entry);
        case Condition.Verdict.NotMet() -> {}
        case Condition.Verdict.Failed(String why) -> failed.add(entry.entry().id() + ": " + why);
      }
    }
    return switch (met.size()) {
      case 1 -> named(met.getFirst(), claims, now);
      case 0 ->
          refused(
              "the person meets no entry's condition"
                  + (failed.isEmpty() ? "" : "; failed: " + String.join("; ", failed)));
      default -> refused("the person meets the conditions of " + met.size() + " entries");
    };
  }

  private static Outcome<Named> named(LoginEntry entry, Map<String, Object> claims, Instant now) {
    return entry
        .template()
        .fill(claims)
        .map(
            name ->
                Outcome.ok(
                    new Named(
                        entry, new Proven(name, entry.entry(), claims, Optional.empty(), now))))
        .orElseGet(() -> refused("a claim can be no part of a SPIFFE ID of " + entry.entry().id()));
  }

  private static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Denied("person-unknown", why));
  }
}
