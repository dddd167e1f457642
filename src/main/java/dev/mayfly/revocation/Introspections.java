package dev.mayfly.revocation;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** Tells a relying service whether a token is to be believed right now (RFC 7662). */
@ApplicationScoped
public class Introspections {

  /**
   * Introspects.
   *
   * @param token as it was presented
   * @param callerName the caller's SPIFFE ID: may always ask about its own tokens
   * @param callerServes the audiences the caller answers for ({@code IdentityEntry.serves})
   */
  public Uni<Introspection> introspect(String token, String callerName, Set<String> callerServes) {
    return Uni.createFrom().item(new Introspection.Inactive());
  }
}
