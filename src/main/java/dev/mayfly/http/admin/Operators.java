package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Errors;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Nobody passes into {@code /v1} without a token that Mayfly itself minted for this broker, live at
 * this moment: an operator whose token was revoked is out at once. Reading takes {@code
 * mayfly:read}, anything else {@code mayfly:revoke}. A new resource is guarded without doing
 * anything for it.
 */
class Operators {

  static final String READ = "mayfly:read";
  static final String REVOKE = "mayfly:revoke";

  private static final String GUARDED = "/v1";

  private final AccessTokens tokens;

  Operators(AccessTokens tokens) {
    this.tokens = tokens;
  }

  /** Lets the request in by returning null, as JAX-RS wants, or answers it. */
  @ServerRequestFilter
  Uni<@Nullable Response> guard(ContainerRequestContext request, HttpServerRequest raw) {
    String path = request.getUriInfo().getPath();
    if (!path.equals(GUARDED) && !path.startsWith(GUARDED + "/")) {
      return Uni.createFrom().nullItem();
    }
    String needed = request.getMethod().equals(HttpMethod.GET) ? READ : REVOKE;
    return tokens
        .claims(raw)
        .map(outcome -> outcome.then(claims -> permit(claims, needed)))
        .map(
            outcome ->
                outcome.then(
                    operator ->
                        Ask.isText(request.getUriInfo().getQueryParameters().values())
                            .then(text -> Outcome.ok(operator))))
        .map(outcome -> admit(request, outcome));
  }

  private static Outcome<Operator> permit(Map<String, Object> claims, String needed) {
    String name = String.valueOf(claims.get("sub"));
    boolean permitted =
        claims.get("scope") instanceof String scope
            && Arrays.asList(scope.split(" ", -1)).contains(needed);
    return permitted
        ? Outcome.ok(new Operator(name))
        : Outcome.refused(
            new Refusal.BadScope(Errors.INSUFFICIENT_SCOPE, name + " lacks the scope " + needed));
  }

  private static @Nullable Response admit(
      ContainerRequestContext request, Outcome<Operator> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Operator>(Operator operator) -> {
        request.setSecurityContext(operator);
        yield null;
      }
      case Outcome.Refused<Operator>(Refusal refusal) -> Errors.problem(refusal);
    };
  }
}
