package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.ClientAssertions;
import dev.mayfly.identity.Identities;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.SvidAssertions;
import dev.mayfly.identity.UsedAssertions;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who calls an OAuth endpoint, by a JWT that it signed ({@code private_key_jwt}, RFC 7523 2.2) or
 * that its trust domain did ({@code spiffe_jwt}), or by the certificate of its connection ({@code
 * spiffe_x509}). Whatever is wrong with a proof, the caller reads the same words.
 */
@ApplicationScoped
class ClientAuthentication {

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  /** draft-ietf-oauth-spiffe-client-auth. */
  private static final String SPIFFE_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

  private final ClientAssertions assertions;
  private final SvidAssertions svids;
  private final TlsClients tls;
  private final UsedAssertions used;
  private final Identities identities;
  private final PolicyBook book;

  ClientAuthentication(
      ClientAssertions assertions,
      SvidAssertions svids,
      TlsClients tls,
      UsedAssertions used,
      Identities identities,
      PolicyBook book) {
    this.assertions = assertions;
    this.svids = svids;
    this.tls = tls;
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
  Uni<Outcome<Proven>> prove(Form form, @Nullable String authorization) {
    if (authorization != null || form.one("client_secret").isPresent()) {
      return refused("client-method", "a method that proves nobody here was used");
    }
    Optional<String> assertion = form.one("client_assertion");
    Optional<String> client = form.one("client_id");
    Optional<String> type = form.one("client_assertion_type");
    if (assertion.isEmpty() && type.isEmpty()) {
      return tls.prove(client);
    }
    return switch (assertion.isEmpty() ? "" : type.orElse("")) {
      case ASSERTION_TYPE ->
          Uni.createFrom().item(assertions.prove(assertion.get(), client, book.current()));
      case SPIFFE_TYPE -> svids.prove(assertion.get(), client, book.current());
      default -> refused("client-assertion-missing", "no client assertion of a known type");
    };
  }

  /** Proves the client and uses its assertion up, for endpoints other than the mint. */
  Uni<Outcome<Client>> authenticate(Form form, @Nullable String authorization) {
    return prove(form, authorization)
        .chain(outcome -> outcome.thenUni(this::useUp))
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

  private static Uni<Outcome<Proven>> refused(String code, String why) {
    return Uni.createFrom().item(unauthenticated(code, why));
  }

  private static Outcome<Proven> unauthenticated(String code, String why) {
    return Outcome.refused(new Refusal.Unauthenticated(code, why));
  }
}
