package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Caller;
import dev.mayfly.http.Errors;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Nobody passes into {@code /v1} without a token that Mayfly itself minted for this broker, live at
 * this moment: an operator whose token was revoked is out at once. Reading takes {@code
 * mayfly:read}, letting instances in {@code mayfly:join}, the trust of relying services {@code
 * mayfly:authorities}, anything else {@code mayfly:revoke}. A new resource is guarded without doing
 * anything for it.
 */
class Operators {

  private static final String GUARDED = "/v1";

  /** Where people who are logged in may come too; what each of them sees is for the resource. */
  private static final List<String> FOR_PEOPLE =
      List.of("/v1/me", "/v1/roles", "/v1/grants", "/v1/certificates");

  /** Where a workload comes with its proof in the body; whoever shows a token is judged by it. */
  private static final String CERTIFICATES = "/v1/certificates/";

  private static final String AUTHORITIES = "/v1/authorities/";

  /** For anybody who knows the id, as RFC 9773 4.1 has it. */
  private static final Pattern RENEWAL = Pattern.compile("/v1/certificates/[^/]+/renewal");

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
    if (raw.getHeader(HttpHeaders.AUTHORIZATION) == null
        && isForAnybody(path, request.getMethod())) {
      return Uni.createFrom().nullItem();
    }
    Set<String> needed = needed(path, request.getMethod());
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

  private static boolean isForAnybody(String path, String method) {
    return method.equals(HttpMethod.POST)
        ? path.startsWith(CERTIFICATES)
        : method.equals(HttpMethod.GET) && RENEWAL.matcher(path).matches();
  }

  /** One of these scopes lets in. */
  private static Set<String> needed(String path, String method) {
    boolean reads = method.equals(HttpMethod.GET);
    boolean forPeople =
        FOR_PEOPLE.stream().anyMatch(room -> path.equals(room) || path.startsWith(room + "/"));
    if (forPeople) {
      return reads
          ? Set.of(Caller.READ, Caller.REQUEST, Caller.APPROVE)
          : Set.of(Caller.REQUEST, Caller.APPROVE);
    }
    if (!reads
        && (path.equals(JoinTokensResource.PATH)
            || path.startsWith(JoinTokensResource.PATH + "/"))) {
      return Set.of(Caller.JOIN, Caller.REVOKE); // which for what is for the resource to say
    }
    if (!reads && path.startsWith(AUTHORITIES)) {
      return Set.of(Caller.AUTHORITIES);
    }
    return Set.of(reads ? Caller.READ : Caller.REVOKE);
  }

  private static Outcome<Caller> permit(Map<String, Object> claims, Set<String> needed) {
    String name = String.valueOf(claims.get("sub"));
    Set<String> scopes =
        claims.get("scope") instanceof String scope
            ? new TreeSet<>(Arrays.asList(scope.split(" ", -1)))
            : Set.of();
    return scopes.stream().anyMatch(needed::contains)
        ? Outcome.ok(new Caller(name, scopes, GrantId.of(String.valueOf(claims.get("grant")))))
        : Outcome.refused(new Refusal.LacksScope(name, List.copyOf(new TreeSet<>(needed))));
  }

  private static @Nullable Response admit(
      ContainerRequestContext request, Outcome<Caller> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Caller>(Caller operator) -> {
        request.setSecurityContext(operator);
        yield null;
      }
      case Outcome.Refused<Caller>(Refusal refusal) -> Errors.problem(refusal);
    };
  }
}
