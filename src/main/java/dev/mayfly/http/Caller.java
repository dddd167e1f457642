package dev.mayfly.http;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.List;
import java.util.Set;

/**
 * Who was let into {@code /v1}, as resources see them.
 *
 * @param name the SPIFFE ID
 * @param scopes of the token they showed
 * @param grant that the token was minted under: for a person who is logged in, their session
 */
public record Caller(String name, Set<String> scopes, GrantId grant) implements SecurityContext {

  /** To look at everything. */
  public static final String READ = "mayfly:read";

  /** To take anything back. */
  public static final String REVOKE = "mayfly:revoke";

  /** To let instances of workloads in: whoever may do that can be any workload that joins. */
  public static final String JOIN = "mayfly:join";

  /**
   * To say whom relying services trust: whoever may do that could hang them below a root of theirs.
   */
  public static final String AUTHORITIES = "mayfly:authorities";

  /** To ask for roles, and to use what one was given. */
  public static final String REQUEST = "mayfly:request";

  /** To decide what others ask for, where their rule says so. */
  public static final String APPROVE = "mayfly:approve";

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** The caller that the guard let in. */
  public static Caller of(SecurityContext context) {
    // Quarkus wraps what the guard set; the principal is handed through as it is.
    if (context.getUserPrincipal() instanceof Named named) {
      return named.caller();
    }
    throw new IllegalStateException("nobody passes into /v1 without having been let in");
  }

  /** Refuses who lacks this scope. */
  public Outcome<Caller> needs(String scope) {
    return scopes.contains(scope)
        ? Outcome.ok(this)
        : Outcome.refused(new Refusal.LacksScope(name, List.of(scope)));
  }

  private record Named(Caller caller) implements Principal {
    @Override
    public String getName() {
      return caller.name();
    }
  }

  @Override
  public Principal getUserPrincipal() {
    return new Named(this);
  }

  @Override
  public boolean isUserInRole(String role) {
    return false;
  }

  @Override
  public boolean isSecure() {
    return false;
  }

  @Override
  public String getAuthenticationScheme() {
    return "Bearer";
  }
}
