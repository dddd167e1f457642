package dev.mayfly.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which identity entry a name belongs to. The names of workloads are known one by one; those of
 * people are whatever a login's template makes of the people there.
 */
record Names(Map<String, IdentityEntry> fixed, List<LoginEntry> logins) {

  Names {
    fixed = Map.copyOf(fixed);
    logins = List.copyOf(logins);
  }

  /**
   * The entry of a name; where entries of one login share a template, the one it has had.
   *
   * @param before the id of the entry it has had
   */
  Optional<IdentityEntry> entryOf(String name, String before) {
    IdentityEntry known = fixed.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    List<IdentityEntry> possible =
        logins.stream()
            .filter(login -> login.template().couldBe(name))
            .map(LoginEntry::entry)
            .toList();
    return possible.stream()
        .filter(entry -> entry.id().equals(before))
        .findFirst()
        .or(() -> possible.stream().findFirst());
  }
}
