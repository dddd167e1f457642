package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.ClientAssertions;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.UsedAssertions;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who calls an OAuth endpoint, by {@code private_key_jwt} (RFC 7523 2.2) and nothing else. Whatever
 * is wrong with a proof, the caller reads the same words.
 */
@ApplicationScoped
class ClientAuthentication {

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final ClientAssertions assertions;
  private final UsedAssertions used;
  private final Identities identities;
  private final PolicyBook book;

  ClientAuthentication(
      ClientAssertions assertions, UsedAssertions used, Identities identities, PolicyBook book) {
    this.assertions = assertions;
    this.used = used;
    this.identities = identities;
    this.book = book;
  }

  /** An authenticated client: its assertion is used up, its identity is known and ACTIVE. */
  record Client(Proven proven, IdentityId id) {}

  /**
   * Proves the client. Its assertion is not yet used up: the ledger does that for a mint, in the
   * statement that records the credential.
   *
   * @param authorization the {@code Authorization} header: a second method is refused (RFC 6749
   *     2.3)
   */
  Outcome<Proven> prove(Form form, @Nullable String authorization) {
    if (authorization != null || form.one("client_secret").isPresent()) {
      return unauthenticated("client-method", "a method other than private_key_jwt was used");
    }
    Optional<String> assertion = form.one("client_assertion");
    if (assertion.isEmpty()
        || !form.one("client_assertion_type").equals(Optional.of(ASSERTION_TYPE))) {
      return unauthenticated("client-assertion-missing", "no client assertion of type jwt-bearer");
    }
    return assertions.prove(assertion.get(), form.one("client_id"), book.current());
  }

  /** Proves the client and uses its assertion up, for endpoints other than the mint. */
  Uni<Outcome<Client>> authenticate(Form form, @Nullable String authorization) {
    return prove(form, authorization)
        .thenUni(this::useUp)
        .chain(outcome -> outcome.thenUni(this::identify));
  }

  private Uni<Outcome<Proven>> useUp(Proven proven) {
    return proven
        .assertionKey()
        .map(key -> used.use(key, proven.assertionUntil()))
        .orElseGet(() -> Uni.createFrom().item(true))
        .map(
            first ->
                first
                    ? Outcome.ok(proven)
                    : unauthenticated("assertion-replayed", "an assertion was shown again"));
  }

  private Uni<Outcome<Client>> identify(Proven proven) {
    CompiledPolicy policy = book.current();
    return identities
        .idOf(proven, policy)
        .map(outcome -> outcome.then(id -> Outcome.ok(new Client(proven, id))));
  }

  private static Outcome<Proven> unauthenticated(String code, String why) {
    return Outcome.refused(new Refusal.Unauthenticated(code, why));
  }
}
