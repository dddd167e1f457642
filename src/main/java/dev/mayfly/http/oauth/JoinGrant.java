package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.join.Joining;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * A join token as an authorization grant of our own (RFC 6749 4.5): the only proof of a request.
 */
@ApplicationScoped
class JoinGrant {

  private static final String PARAMETER = "join_token";

  private final Joining joining;
  private final PolicyBook book;

  JoinGrant(Joining joining, PolicyBook book) {
    this.joining = joining;
    this.book = book;
  }

  static boolean isFor(Form form) {
    return form.one("grant_type").equals(Optional.of(GrantType.JOIN_TOKEN));
  }

  /** Whom the token is for; it is not yet used up. */
  Uni<Outcome<Proven>> prove(Form form, String requestId) {
    if (form.one("client_assertion").isPresent() || form.one("client_secret").isPresent()) {
      return Uni.createFrom()
          .item(
              Outcome.refused(
                  new Refusal.Malformed(
                      "two-proofs", "the join token is the only proof this grant type takes")));
    }
    return form.required(PARAMETER)
        .thenUni(token -> joining.prove(token, book.current(), requestId));
  }

  /** Its one use. */
  Uni<Outcome<Proven>> useUp(Form form, Proven proven, String requestId) {
    return form.required(PARAMETER)
        .thenUni(token -> joining.useUp(token, proven, book.current(), requestId));
  }
}
