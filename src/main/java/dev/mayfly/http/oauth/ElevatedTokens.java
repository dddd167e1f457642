package dev.mayfly.http.oauth;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ElevatedMinting;
import dev.mayfly.credential.jwt.JwtKind;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.http.Ask;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.revocation.Introspection;
import dev.mayfly.revocation.Introspections;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Token exchange (RFC 8693) of a person's session for what they were granted: the session's token
 * and a proof of its key go in, a credential of the elevated role bound to the same key comes out.
 * A stolen token without its key is worth nothing here.
 */
@ApplicationScoped
class ElevatedTokens {

  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

  private final Introspections introspections;
  private final Sessions sessions;
  private final PolicyBook book;
  private final DpopProofs proofs;
  private final JwtKind jwt;
  private final ElevatedMinting minting;
  private final String issuer;

  ElevatedTokens(
      Introspections introspections,
      Sessions sessions,
      PolicyBook book,
      DpopProofs proofs,
      JwtKind jwt,
      ElevatedMinting minting,
      MayflyConfig mayfly) {
    this.introspections = introspections;
    this.sessions = sessions;
    this.book = book;
    this.proofs = proofs;
    this.jwt = jwt;
    this.minting = minting;
    this.issuer = mayfly.issuer();
  }

  /** Whether this request is one for here. */
  static boolean isFor(Form form) {
    return form.one("grant_type").equals(Optional.of(GrantType.TOKEN_EXCHANGE));
  }

  /** What is exchanged for what. */
  private record Exchange(
      String subjectToken, String role, Optional<GrantId> grant, dev.mayfly.policy.Ask ask) {}

  /** The token answer, with {@code issued_token_type} (RFC 8693 2.2.1). */
  Uni<Outcome<TokenAnswer>> answer(
      Form form, List<String> dpop, Optional<String> idempotencyKey, String requestId) {
    return read(form)
        .thenUni(
            exchange ->
                holder(exchange, dpop)
                    .chain(
                        found ->
                            found.thenUni(
                                holder ->
                                    minting.mint(
                                        new ElevatedMinting.Wanted(
                                            holder.person(),
                                            exchange.role(),
                                            exchange.grant(),
                                            exchange.ask(),
                                            idempotencyKey,
                                            jwt.boundTo(holder.jkt()),
                                            requestId)))))
        .map(
            outcome ->
                outcome.then(
                    minted ->
                        Outcome.ok(
                            TokenAnswer.of(minted, Map.of("issued_token_type", ACCESS_TOKEN)))));
  }

  private static Outcome<Exchange> read(Form form) {
    if (form.one("actor_token").isPresent()) {
      return malformed("actor_token is not taken here");
    }
    if (!form.one("subject_token_type").equals(Optional.of(ACCESS_TOKEN))
        || !form.one("requested_token_type").map(ACCESS_TOKEN::equals).orElse(true)) {
      return malformed("the token types must be " + ACCESS_TOKEN);
    }
    return form.required("subject_token")
        .then(
            token ->
                form.required("role")
                    .then(
                        role ->
                            grant(form)
                                .then(
                                    grant ->
                                        ask(form, role)
                                            .then(
                                                ask ->
                                                    Outcome.ok(
                                                        new Exchange(token, role, grant, ask))))));
  }

  /** The grant that is named, where one is. */
  static Outcome<Optional<GrantId>> grant(Form form) {
    Optional<String> named = form.one("grant");
    return named.isEmpty() || Ask.isId(named.get())
        ? Outcome.ok(named.map(GrantId::of))
        : malformed("grant is not an id");
  }

  private static Outcome<dev.mayfly.policy.Ask> ask(Form form, String role) {
    Outcome<Set<String>> scopes =
        form.one("scope").map(Scopes::parse).orElseGet(() -> Outcome.ok(Set.of()));
    return scopes.then(
        asked ->
            ttl(form)
                .then(
                    ttl ->
                        Outcome.ok(
                            new dev.mayfly.policy.Ask(
                                Optional.of(role), asked, form.all("resource"), ttl))));
  }

  private static Outcome<Optional<Duration>> ttl(Form form) {
    return form.one("ttl")
        .map(text -> Ttl.parse(text).then(ttl -> Outcome.ok(Optional.of(ttl))))
        .orElseGet(() -> Outcome.ok(Optional.empty()));
  }

  private record Holder(Person person, String jkt) {}

  /** The proof first: a client that lacks the nonce is told so before anything is used up. */
  private Uni<Outcome<Holder>> holder(Exchange exchange, List<String> dpop) {
    return proofs
        .check(dpop, new DpopProofs.Request(HttpMethod.POST, TokenResource.PATH, Optional.empty()))
        .thenUni(
            proof ->
                session(exchange, proof.jkt())
                    .chain(
                        found ->
                            found.thenUni(
                                session ->
                                    proofs
                                        .useUp(proof)
                                        .chain(
                                            used -> used.thenUni(jkt -> person(session, jkt))))));
  }

  private Uni<Outcome<GrantId>> session(Exchange exchange, String jkt) {
    return introspections
        .introspect(exchange.subjectToken(), "", Set.of(issuer))
        .map(
            found ->
                switch (found) {
                  case Introspection.Active(Map<String, Object> claims) -> session(claims, jkt);
                  case Introspection.Inactive inactive -> notAccepted("it is not live");
                });
  }

  private static Outcome<GrantId> session(Map<String, Object> claims, String jkt) {
    boolean bound = Introspection.jkt(claims).equals(Optional.of(jkt));
    String grant = String.valueOf(claims.get("grant"));
    return bound && Ask.isId(grant)
        ? Outcome.ok(GrantId.of(grant))
        : notAccepted("it is not bound to the key of the proof");
  }

  private Uni<Outcome<Holder>> person(GrantId session, String jkt) {
    return sessions
        .person(session, book.current())
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<Person>(Person person) -> Outcome.ok(new Holder(person, jkt));
                  case Outcome.Refused<Person>(Refusal refusal) -> notAccepted(refusal.why());
                });
  }

  /** RFC 8693 2.2.2: a subject token that is not acceptable is an invalid request. */
  private static <T> Outcome<T> notAccepted(String why) {
    return Outcome.refused(
        new Refusal.BadGrant("subject-token", "the subject token was not accepted: " + why));
  }

  private static <T> Outcome<T> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-exchange", say));
  }
}
