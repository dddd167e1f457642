package dev.mayfly.http.admin;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Errors;
import dev.mayfly.revocation.Introspection;
import dev.mayfly.revocation.Introspections;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern BEARER =
      Pattern.compile("Bearer ([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);

  private final Introspections introspections;
  private final String issuer;

  Operators(Introspections introspections, MayflyConfig mayfly) {
    this.introspections = introspections;
    this.issuer = mayfly.issuer();
  }

  /** Lets the request in by returning null, as JAX-RS wants, or answers it. */
  @ServerRequestFilter
  Uni<@Nullable Response> guard(ContainerRequestContext request) {
    String path = request.getUriInfo().getPath();
    if (!path.equals(GUARDED) && !path.startsWith(GUARDED + "/")) {
      return Uni.createFrom().nullItem();
    }
    String needed = request.getMethod().equals(HttpMethod.GET) ? READ : REVOKE;
    return authenticate(request.getHeaderString(HttpHeaders.AUTHORIZATION))
        .map(outcome -> outcome.then(claims -> permit(claims, needed)))
        .map(
            outcome ->
                outcome.then(
                    operator ->
                        Ask.isText(request.getUriInfo().getQueryParameters().values())
                            .then(text -> Outcome.ok(operator))))
        .map(outcome -> admit(request, outcome));
  }

  private Uni<Outcome<Map<String, Object>>> authenticate(@Nullable String authorization) {
    if (authorization == null) {
      return Uni.createFrom().item(unauthenticated("token-missing", "no bearer token"));
    }
    Matcher bearer = BEARER.matcher(authorization);
    if (!bearer.matches()) {
      return Uni.createFrom().item(unauthenticated(Errors.INVALID_TOKEN, "not a bearer token"));
    }
    return introspections
        .introspect(bearer.group(1), "", Set.of(issuer))
        .map(
            found ->
                switch (found) {
                  case Introspection.Active(Map<String, Object> claims) -> forUs(claims);
                  case Introspection.Inactive inactive ->
                      unauthenticated(Errors.INVALID_TOKEN, "the token is not live");
                });
  }

  private Outcome<Map<String, Object>> forUs(Map<String, Object> claims) {
    boolean forUs =
        switch (claims.get("aud")) {
          case String one -> one.equals(issuer);
          case Collection<?> several -> several.contains(issuer);
          case null, default -> false;
        };
    return forUs
        ? Outcome.ok(claims)
        : unauthenticated(Errors.INVALID_TOKEN, "the token is for another audience");
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

  private static <T> Outcome<T> unauthenticated(String code, String why) {
    return Outcome.refused(new Refusal.Unauthenticated(code, why));
  }
}
