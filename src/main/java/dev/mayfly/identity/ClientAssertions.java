package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Proves a client that signs its own assertions (RFC 7523, private_key_jwt); no database. */
@ApplicationScoped
public class ClientAssertions {

  /** Who signed this, if it is a client of this policy and the assertion is alive. */
  public Outcome<Proven> prove(
      String assertion, Optional<String> clientIdParameter, CompiledPolicy policy) {
    return Outcome.refused(new Refusal.Unauthenticated("client-assertion-refused", "no clients"));
  }
}
