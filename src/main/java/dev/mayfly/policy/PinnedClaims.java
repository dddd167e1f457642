package dev.mayfly.policy;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which claims a condition ties to values written in the policy: whenever the condition holds, each
 * of these claims has one of these values.
 *
 * <p>Sound, not complete. A claim is pinned by {@code ==} with a literal or {@code in} a list of
 * literals; {@code &&} pins what either side pins, {@code ||} only what both sides pin, with the
 * values of both. Everything else pins nothing: a prefix, a regular expression, a negation, a
 * conditional, a comprehension. So {@code claims.sub.startsWith("repo:acme/")}, which every
 * repository of acme meets, leaves the subject open.
 *
 * @param values the possible values of each pinned claim, by the path of names that leads to it
 */
record PinnedClaims(Map<List<String>, Set<Object>> values) {

  private static final List<String> KUBERNETES = List.of("kubernetes.io");

  /**
   * The claims that name one workload for its issuer: the subject everywhere, and where an issuer
   * documents another one (GitHub and GitLab: the repository or project; OAuth: the client).
   */
  private static final Set<List<String>> NAMES_A_WORKLOAD =
      Set.of(
          List.of("sub"),
          List.of("repository"),
          List.of("repository_id"),
          List.of("job_workflow_ref"),
          List.of("project_path"),
          List.of("project_id"),
          List.of("client_id"),
          List.of("azp"),
          path("serviceaccount", "uid"));

  static PinnedClaims of(Condition condition) {
    return new PinnedClaims(pins(condition.tree().getExpr()));
  }

  /** Whether the claims pinned leave only workloads that the policy names one by one. */
  boolean nameTheWorkload() {
    return values.keySet().stream().anyMatch(NAMES_A_WORKLOAD::contains)
        || (values.containsKey(path("namespace"))
            && values.containsKey(path("serviceaccount", "name")));
  }

  boolean contains(List<String> claim) {
    return values.containsKey(claim);
  }

  /** Whether no set of claims can meet both conditions. */
  boolean excludes(PinnedClaims other) {
    return values.entrySet().stream()
        .anyMatch(
            pin -> {
              Set<Object> others = other.values.getOrDefault(pin.getKey(), Set.of());
              return !others.isEmpty() && pin.getValue().stream().noneMatch(others::contains);
            });
  }

  private static List<String> path(String... rest) {
    List<String> path = new ArrayList<>(KUBERNETES);
    path.addAll(List.of(rest));
    return List.copyOf(path);
  }

  private static Map<List<String>, Set<Object>> pins(CelExpr expression) {
    if (expression.getKind() != CelExpr.ExprKind.Kind.CALL) {
      return Map.of();
    }
    List<CelExpr> arguments = expression.call().args();
    return switch (expression.call().function()) {
      case "_&&_" -> both(pins(arguments.get(0)), pins(arguments.get(1)));
      case "_||_" -> either(pins(arguments.get(0)), pins(arguments.get(1)));
      case "_==_" -> {
        Map<List<String>, Set<Object>> pin = equal(arguments.get(0), arguments.get(1));
        yield pin.isEmpty() ? equal(arguments.get(1), arguments.get(0)) : pin;
      }
      case "@in" -> oneOf(arguments.get(0), arguments.get(1));
      default -> Map.of();
    };
  }

  /** Both hold: a claim pinned twice keeps the values that both sides allow. */
  private static Map<List<String>, Set<Object>> both(
      Map<List<String>, Set<Object>> one, Map<List<String>, Set<Object>> other) {
    Map<List<String>, Set<Object>> result = new HashMap<>(one);
    other.forEach(
        (claim, values) ->
            result.merge(
                claim,
                values,
                (left, right) -> {
                  Set<Object> common = new LinkedHashSet<>(left);
                  common.retainAll(right);
                  return common;
                }));
    return result;
  }

  /** One of them holds: only what both pin is pinned. */
  private static Map<List<String>, Set<Object>> either(
      Map<List<String>, Set<Object>> one, Map<List<String>, Set<Object>> other) {
    Map<List<String>, Set<Object>> result = new HashMap<>();
    one.forEach(
        (claim, values) -> {
          if (other.containsKey(claim)) {
            Set<Object> all = new LinkedHashSet<>(values);
            all.addAll(other.getOrDefault(claim, Set.of()));
            result.put(claim, all);
          }
        });
    return result;
  }

  private static Map<List<String>, Set<Object>> equal(CelExpr claim, CelExpr value) {
    Optional<List<String>> path = claimPath(claim);
    Optional<Object> literal = literal(value);
    return path.isPresent() && literal.isPresent()
        ? Map.of(path.get(), Set.of(literal.get()))
        : Map.of();
  }

  private static Map<List<String>, Set<Object>> oneOf(CelExpr claim, CelExpr list) {
    Optional<List<String>> path = claimPath(claim);
    if (path.isEmpty() || list.getKind() != CelExpr.ExprKind.Kind.LIST) {
      return Map.of();
    }
    Set<Object> values = new LinkedHashSet<>();
    for (CelExpr item : list.list().elements()) {
      Optional<Object> literal = literal(item);
      if (literal.isEmpty()) {
        return Map.of();
      }
      values.add(literal.get());
    }
    return values.isEmpty() ? Map.of() : Map.of(path.get(), values);
  }

  private static Optional<Object> literal(CelExpr expression) {
    if (expression.getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
      return Optional.empty();
    }
    CelConstant constant = expression.constant();
    return switch (constant.getKind()) {
      case STRING_VALUE -> Optional.of(constant.stringValue());
      case INT64_VALUE -> Optional.of(constant.int64Value());
      default -> Optional.empty();
    };
  }

  /** {@code claims.a.b}, {@code claims["a"].b}; empty for anything else, {@code has()} included. */
  private static Optional<List<String>> claimPath(CelExpr expression) {
    return switch (expression.getKind()) {
      case SELECT ->
          expression.select().testOnly()
              ? Optional.empty()
              : step(expression.select().operand(), expression.select().field());
      case CALL ->
          expression.call().function().equals("_[_]")
              ? literal(expression.call().args().get(1))
                  .filter(String.class::isInstance)
                  .flatMap(name -> step(expression.call().args().get(0), (String) name))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<List<String>> step(CelExpr operand, String name) {
    boolean root =
        operand.getKind() == CelExpr.ExprKind.Kind.IDENT && operand.ident().name().equals("claims");
    return (root ? Optional.of(List.<String>of()) : claimPath(operand))
        .map(
            before -> {
              List<String> path = new ArrayList<>(before);
              path.add(name);
              return List.copyOf(path);
            });
  }
}
