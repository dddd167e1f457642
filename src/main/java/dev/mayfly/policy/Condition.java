package dev.mayfly.policy;

import com.google.protobuf.NullValue;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A CEL expression, compiled once: it holds, it does not hold, or it failed, and a failure denies
 * (rule 10).
 *
 * <p>CEL has no loops but comprehensions; their iterations are counted over a whole evaluation, and
 * the expression's length, nodes, depth and regular expressions are bounded when it is compiled. So
 * an evaluation's cost is bounded whatever the claims hold.
 */
public final class Condition {

  /** Characters; a condition longer than a screen is not reviewed. */
  static final int MAX_LENGTH = 2_000;

  private static final int MAX_NODES = 500;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_ITERATIONS = 1_000;
  private static final int MAX_REGEX_PROGRAM = 500;

  private static final CelOptions LIMITS =
      CelOptions.current()
          .maxExpressionCodePointSize(MAX_LENGTH)
          .maxParseExpressionNodeCount(MAX_NODES)
          .maxParseRecursionDepth(MAX_DEPTH)
          .comprehensionMaxIterations(MAX_ITERATIONS)
          .maxRegexProgramSize(MAX_REGEX_PROGRAM)
          .build();

  private static final Map<Scope, CelCompiler> COMPILERS =
      Map.of(
          Scope.PROOF, proof().build(),
          Scope.MINT, mint().build(),
          Scope.REQUEST, request().build());

  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(LIMITS).build();

  private final String source;
  private final CelAbstractSyntaxTree tree;
  private final CelRuntime.Program program;

  private Condition(String source, CelAbstractSyntaxTree tree, CelRuntime.Program program) {
    this.source = source;
    this.tree = tree;
    this.program = program;
  }

  /** What a condition comes to. */
  public sealed interface Verdict {
    /** It holds. */
    record Met() implements Verdict {}

    /** It does not hold. */
    record NotMet() implements Verdict {}

    /** It could not be evaluated, which denies; {@code why} never repeats a claim's value. */
    record Failed(String why) implements Verdict {}
  }

  /** The variables a condition may name. */
  public enum Scope {
    /** Of a federated identity: {@code claims} and {@code now}. */
    PROOF,
    /**
     * Of a role: {@code claims}, {@code now}, {@code identity.name}, {@code identity.environment},
     * {@code identity.kind}, {@code identity.owner}, {@code request.role}, {@code request.scopes}
     * and {@code request.resources}.
     */
    MINT,
    /**
     * Of a role's requests: as MINT, with {@code request.duration}, {@code request.reason}, {@code
     * request.ticket} (empty when there is none), {@code request.start} (now when it is at once),
     * {@code inputs} and {@code checks}.
     */
    REQUEST
  }

  /** A compiled condition, or where and why it does not compile. */
  sealed interface Compiled {
    record Ok(Condition condition) implements Compiled {}

    record Wrong(int line, int column, String message) implements Compiled {}
  }

  static Compiled compile(String source, Scope scope) {
    CelValidationResult result = Objects.requireNonNull(COMPILERS.get(scope)).compile(source);
    if (result.hasError()) {
      var first = result.getErrors().getFirst();
      var at = first.getSourceLocation();
      return new Compiled.Wrong(at.getLine(), at.getColumn(), first.getMessage());
    }
    try {
      CelAbstractSyntaxTree tree = result.getAst();
      return new Compiled.Ok(new Condition(source, tree, RUNTIME.createProgram(tree)));
    } catch (CelValidationException | CelEvaluationException e) {
      return new Compiled.Wrong(1, 0, String.valueOf(e.getMessage()));
    }
  }

  /** Evaluates it; {@code variables} are those of the scope it was compiled for. */
  Verdict judge(Map<String, ?> variables) {
    try {
      return switch (program.eval(asCel(variables))) {
        case Boolean held -> held ? new Verdict.Met() : new Verdict.NotMet();
        default -> new Verdict.Failed("the result is unknown");
      };
    } catch (CelEvaluationException e) {
      return new Verdict.Failed(e.getErrorCode().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
  }

  /** As written in the policy. */
  public String source() {
    return source;
  }

  CelAbstractSyntaxTree tree() {
    return tree;
  }

  private static CelCompilerBuilder proof() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(LIMITS)
        .setStandardMacros(CelStandardMacro.HAS, CelStandardMacro.ALL, CelStandardMacro.EXISTS)
        .setResultType(SimpleType.BOOL)
        .addVar("claims", MapType.create(SimpleType.STRING, SimpleType.DYN))
        .addVar("now", SimpleType.TIMESTAMP);
  }

  private static CelCompilerBuilder mint() {
    CelCompilerBuilder builder = proof();
    for (String name : List.of("name", "environment", "kind", "owner")) {
      builder.addVar("identity." + name, SimpleType.STRING);
    }
    return builder
        .addVar("request.role", SimpleType.STRING)
        .addVar("request.scopes", ListType.create(SimpleType.STRING))
        .addVar("request.resources", ListType.create(SimpleType.STRING));
  }

  private static CelCompilerBuilder request() {
    return mint()
        .addVar("request.duration", SimpleType.DURATION)
        .addVar("request.reason", SimpleType.STRING)
        .addVar("request.ticket", SimpleType.STRING)
        .addVar("request.start", SimpleType.TIMESTAMP)
        .addVar("inputs", MapType.create(SimpleType.STRING, SimpleType.DYN))
        .addVar("checks", MapType.create(SimpleType.STRING, SimpleType.BOOL));
  }

  private static Map<String, Object> asCel(Map<?, ?> values) {
    Map<String, Object> result = LinkedHashMap.newLinkedHashMap(values.size());
    values.forEach((name, value) -> result.put(String.valueOf(name), asCel(value)));
    return result;
  }

  /** CEL knows int64, double, string, bool, timestamp, list, map and its own null. */
  private static Object asCel(@Nullable Object value) {
    return switch (value) {
      case null -> NullValue.NULL_VALUE;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Float number -> number.doubleValue();
      case Date date -> date.toInstant();
      case Map<?, ?> map -> asCel(map);
      case Collection<?> items -> items.stream().map(Condition::asCel).toList();
      default -> value;
    };
  }
}
