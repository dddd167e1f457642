package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Proves an identity by what a trusted issuer signed about it (RFC 7523, jwt-bearer). */
@ApplicationScoped
public class FederatedAssertions {

  /** Which identity of this policy the claims are about. */
  public Uni<Outcome<Proven>> prove(String assertion, CompiledPolicy policy) {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.BadGrant("assertion-refused", "no issuers")));
  }
}
