package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.AgentMinting;
import dev.mayfly.credential.MintRequest;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.Minting;
import dev.mayfly.identity.FederatedAssertions;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * Workloads at every endpoint that mints: which one asks, by whichever proof its request carries,
 * and the mint that is its own.
 */
@ApplicationScoped
public class Workloads {

  private final ClientAuthentication clients;
  private final FederatedAssertions federated;
  private final JoinGrant joins;
  private final PolicyBook book;
  private final Minting minting;
  private final AgentMinting agents;

  Workloads(
      ClientAuthentication clients,
      FederatedAssertions federated,
      JoinGrant joins,
      PolicyBook book,
      Minting minting,
      AgentMinting agents) {
    this.clients = clients;
    this.federated = federated;
    this.joins = joins;
    this.book = book;
    this.minting = minting;
    this.agents = agents;
  }

  /**
   * What is wrong with the request itself is said only to who has proven who they are.
   *
   * @param form with {@code grant_type} and the proof that belongs to it
   */
  public Uni<Outcome<Proven>> asks(Form form, @Nullable String authorization, String requestId) {
    return switch (form.one("grant_type").orElse("")) {
      case GrantType.CLIENT_CREDENTIALS -> clients.prove(form, authorization);
      case GrantType.JWT_BEARER -> bearer(form);
      case GrantType.JOIN_TOKEN -> joins.prove(form, requestId);
      case "" -> refused("missing-parameter", "grant_type is required");
      default -> refused("unsupported-grant-type", "this grant type is not supported");
    };
  }

  private Uni<Outcome<Proven>> bearer(Form form) {
    if (form.one("client_assertion").isPresent() || form.one("client_secret").isPresent()) {
      return refused("two-proofs", "the assertion is the only proof this grant type takes");
    }
    return form.required("assertion")
        .thenUni(assertion -> federated.prove(assertion, book.current()));
  }

  /**
   * Mints for who was proven by this form. A join token is used up last, when nothing is left to be
   * mended about the request.
   */
  public Uni<Outcome<Minted>> mint(MintRequest request, Form form) {
    return JoinGrant.isFor(form)
        ? joins
            .useUp(form, request.proven(), request.requestId())
            .chain(used -> used.thenUni(proven -> mint(request)))
        : mint(request);
  }

  /** An agent has no right of its own: it acts for somebody, or gets nothing. */
  private Uni<Outcome<Minted>> mint(MintRequest request) {
    return isAgent(request.proven()) ? agents.mint(request) : minting.mint(request);
  }

  /** Whether it acts for others only. */
  public static boolean isAgent(Proven proven) {
    return proven.entry().kind() == IdentityEntry.Kind.AGENT;
  }

  private static Uni<Outcome<Proven>> refused(String code, String say) {
    return Uni.createFrom().item(Outcome.refused(new Refusal.Malformed(code, say)));
  }
}
