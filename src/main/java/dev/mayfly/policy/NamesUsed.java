package dev.mayfly.policy;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names that a condition looks up in one of its maps: {@code inputs.a}, {@code inputs["a"]}.
 */
final class NamesUsed {

  private NamesUsed() {}

  static Set<String> in(Condition condition, String map) {
    Set<String> names = new TreeSet<>();
    CelNavigableAst.fromAst(condition.tree())
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .forEach(expression -> name(expression, map).ifPresent(names::add));
    return names;
  }

  /**
   * Whether the map is used in no other way than for the value under a literal name. {@code
   * has(map.a)}, {@code 'a' in map} and walks over it see whether something is there.
   */
  static boolean isOnlyLookedUp(Condition condition, String map) {
    List<CelExpr> all =
        CelNavigableAst.fromAst(condition.tree())
            .getRoot()
            .allNodes()
            .map(CelNavigableExpr::expr)
            .toList();
    long uses = all.stream().filter(expression -> isMap(expression, map)).count();
    long lookUps =
        all.stream()
            .filter(expression -> !isPresenceTest(expression))
            .filter(expression -> name(expression, map).isPresent())
            .count();
    return uses == lookUps;
  }

  private static boolean isPresenceTest(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.SELECT && expression.select().testOnly();
  }

  private static Optional<String> name(CelExpr expression, String map) {
    return switch (expression.getKind()) {
      case SELECT ->
          isMap(expression.select().operand(), map)
              ? Optional.of(expression.select().field())
              : Optional.empty();
      case CALL -> index(expression.call(), map);
      default -> Optional.empty();
    };
  }

  private static Optional<String> index(CelExpr.CelCall call, String map) {
    List<CelExpr> arguments = call.args();
    return call.function().equals("_[_]")
            && isMap(arguments.get(0), map)
            && arguments.get(1).getKind() == CelExpr.ExprKind.Kind.CONSTANT
            && arguments.get(1).constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? Optional.of(arguments.get(1).constant().stringValue())
        : Optional.empty();
  }

  private static boolean isMap(CelExpr expression, String map) {
    return expression.getKind() == CelExpr.ExprKind.Kind.IDENT
        && expression.ident().name().equals(map);
  }
}
