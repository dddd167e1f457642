package dev.mayfly.policy;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which groups a login's condition asks for: whenever it holds, the person is in one of {@code
 * required} at least, in every one of {@code certain}, and in none of {@code forbidden}.
 *
 * <p>Sound, not complete, like {@link PinnedClaims}: only {@code 'x' in claims.groups} under {@code
 * &&}, {@code ||} and {@code !} says anything.
 *
 * @param required empty when the condition can hold for somebody in no group named here
 */
record GroupDemand(Set<String> required, Set<String> certain, Set<String> forbidden) {

  private static final GroupDemand NOTHING = new GroupDemand(Set.of(), Set.of(), Set.of());

  static GroupDemand of(Condition condition) {
    return of(condition.tree().getExpr(), false);
  }

  /** Whether nobody can meet both. */
  boolean excludes(GroupDemand other) {
    return certain.stream().anyMatch(other.forbidden::contains)
        || other.certain.stream().anyMatch(forbidden::contains)
        || (!required.isEmpty() && other.forbidden.containsAll(required))
        || (!other.required.isEmpty() && forbidden.containsAll(other.required));
  }

  private static GroupDemand of(CelExpr expression, boolean negated) {
    if (expression.getKind() != CelExpr.ExprKind.Kind.CALL) {
      return NOTHING;
    }
    List<CelExpr> arguments = expression.call().args();
    return switch (expression.call().function()) {
      case "!_" -> of(arguments.getFirst(), !negated);
      case "_&&_" -> both(arguments, negated, !negated);
      case "_||_" -> both(arguments, negated, negated);
      case "@in" -> member(arguments, negated);
      default -> NOTHING;
    };
  }

  /** De Morgan: a negated {@code ||} is an {@code &&} of negations. */
  private static GroupDemand both(List<CelExpr> sides, boolean negated, boolean and) {
    GroupDemand one = of(sides.get(0), negated);
    GroupDemand other = of(sides.get(1), negated);
    if (and) {
      return new GroupDemand(
          one.required.isEmpty() ? other.required : one.required,
          union(one.certain, other.certain),
          union(one.forbidden, other.forbidden));
    }
    boolean either = !one.required.isEmpty() && !other.required.isEmpty();
    return new GroupDemand(
        either ? union(one.required, other.required) : Set.of(),
        common(one.certain, other.certain),
        common(one.forbidden, other.forbidden));
  }

  private static GroupDemand member(List<CelExpr> arguments, boolean negated) {
    Optional<String> group = literal(arguments.get(0));
    if (group.isEmpty() || !isGroups(arguments.get(1))) {
      return NOTHING;
    }
    Set<String> one = Set.of(group.get());
    return negated ? new GroupDemand(Set.of(), Set.of(), one) : new GroupDemand(one, one, Set.of());
  }

  private static boolean isGroups(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.SELECT
        && !expression.select().testOnly()
        && expression.select().field().equals("groups")
        && expression.select().operand().getKind() == CelExpr.ExprKind.Kind.IDENT
        && expression.select().operand().ident().name().equals("claims");
  }

  private static Optional<String> literal(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
            && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? Optional.of(expression.constant().stringValue())
        : Optional.empty();
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> all = new HashSet<>(one);
    all.addAll(other);
    return all;
  }

  private static Set<String> common(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.retainAll(other);
    return both;
  }
}
