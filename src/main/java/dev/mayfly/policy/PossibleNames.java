package dev.mayfly.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every SPIFFE ID that an identity entry can come to have. Lint insists that a template uses pinned
 * claims only, so the names can be counted: two entries never share one, and a name that a new
 * revision no longer gives is known to be gone.
 */
final class PossibleNames {

  private PossibleNames() {}

  /** How many names the pinned values make, before any is left out. */
  static long count(SpiffeTemplate template, PinnedClaims pins) {
    return template.claims().stream()
        .distinct()
        .mapToLong(claim -> pins.values().getOrDefault(claim, Set.of()).size())
        .reduce(1, (one, other) -> one * other);
  }

  /** The names of a federated entry; a combination that no name may hold is left out. */
  static Set<String> of(SpiffeTemplate template, PinnedClaims pins) {
    Set<String> names = new LinkedHashSet<>();
    for (Map<String, Object> claims : combinations(template.claims(), pins)) {
      Optional<String> name = template.fill(claims);
      name.ifPresent(names::add);
    }
    return names;
  }

  private static List<Map<String, Object>> combinations(
      List<List<String>> claims, PinnedClaims pins) {
    List<Map<String, Object>> all = List.of(Map.of());
    for (List<String> claim : claims.stream().distinct().toList()) {
      List<Map<String, Object>> longer = new ArrayList<>();
      for (Map<String, Object> sofar : all) {
        for (Object value : pins.values().getOrDefault(claim, Set.of())) {
          longer.add(with(sofar, claim, value));
        }
      }
      all = longer;
    }
    return all;
  }

  private static Map<String, Object> with(
      Map<String, Object> claims, List<String> path, Object value) {
    Map<String, Object> result = new HashMap<>(claims);
    String first = path.getFirst();
    if (path.size() == 1) {
      result.put(first, value);
    } else {
      Map<String, Object> inner = new HashMap<>();
      if (result.get(first) instanceof Map<?, ?> before) {
        before.forEach((name, held) -> inner.put(String.valueOf(name), held));
      }
      result.put(first, with(inner, path.subList(1, path.size()), value));
    }
    return result;
  }
}
