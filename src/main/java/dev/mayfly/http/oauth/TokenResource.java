package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.MintRequest;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.jwt.JwtKind;
import dev.mayfly.http.AnswerWatch;
import dev.mayfly.http.Errors;
import dev.mayfly.http.RequestIds;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.certificate.ShownCertificate;
import dev.mayfly.policy.Ask;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** The token endpoint (RFC 6749 3.2): one proof in, one credential out. The hot path. */
@Path(TokenResource.PATH)
@Tag(name = "oauth")
@Cancellable(false)
public class TokenResource {

  static final String PATH = "/oauth/token";

  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[!-~]{1,128}");

  private final Workloads workloads;
  private final DpopProofs proofs;
  private final JwtKind jwt;
  private final ElevatedTokens elevated;
  private final SessionTokens sessions;
  private final AnswerWatch answers;
  private final TlsClients tls;

  TokenResource(
      Workloads workloads,
      DpopProofs proofs,
      JwtKind jwt,
      ElevatedTokens elevated,
      SessionTokens sessions,
      AnswerWatch answers,
      TlsClients tls) {
    this.workloads = workloads;
    this.proofs = proofs;
    this.jwt = jwt;
    this.elevated = elevated;
    this.sessions = sessions;
    this.answers = answers;
    this.tls = tls;
  }

  /** Mints. Every refusal is an OAuth error. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Get a token (RFC 6749 4.4, RFC 7523)")
  public Uni<Response> token(
      byte[] body,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION)
          @Nullable String authorization,
      @HeaderParam("DPoP") List<String> dpop,
      @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    AnswerWatch.Holding watch = answers.now();
    return Form.parse(body)
        .thenUni(form -> body(form, authorization, dpop, idempotencyKey, requestId))
        .map(outcome -> answer(outcome, watch));
  }

  /** A workload mints, a person uses what they were granted, a session goes on. */
  private Uni<Outcome<TokenAnswer>> body(
      Form form,
      @Nullable String authorization,
      List<String> dpop,
      @Nullable String idempotencyKey,
      String requestId) {
    if (SessionTokens.isFor(form)) {
      return sessions.answer(form, dpop, requestId);
    }
    return ElevatedTokens.isFor(form)
        ? key(idempotencyKey).thenUni(key -> elevated.answer(form, dpop, key, requestId))
        : mint(form, authorization, dpop, idempotencyKey, requestId)
            .map(outcome -> outcome.then(TokenResource::body));
  }

  private static Outcome<TokenAnswer> body(Minted minted) {
    return Outcome.ok(TokenAnswer.of(minted));
  }

  private static Outcome<Optional<String>> key(@Nullable String idempotencyKey) {
    return idempotencyKey == null || IDEMPOTENCY_KEY.matcher(idempotencyKey).matches()
        ? Outcome.ok(Optional.ofNullable(idempotencyKey))
        : Outcome.refused(
            new Refusal.Malformed(
                "malformed-idempotency-key",
                "Idempotency-Key must be 1 to 128 visible characters"));
  }

  private Uni<Outcome<Minted>> mint(
      Form form,
      @Nullable String authorization,
      List<String> dpop,
      @Nullable String idempotencyKey,
      String requestId) {
    return workloads
        .asks(form, authorization, requestId)
        .chain(
            proof ->
                proof
                    .then(proven -> request(proven, form, idempotencyKey, requestId))
                    .thenUni(
                        request ->
                            dpop.isEmpty()
                                ? workloads.mint(request, form)
                                : bind(request, form, dpop)))
        .map(outcome -> isBearer(form) ? aboutTheGrant(outcome) : outcome);
  }

  /**
   * Mints for the key of a DPoP proof (RFC 9449 5). A proof without the nonce is told so before the
   * client's own assertion is used up: with the nonce, the same assertion is good.
   */
  private Uni<Outcome<Minted>> bind(MintRequest request, Form form, List<String> dpop) {
    return proofs
        .check(dpop, new DpopProofs.Request(HttpMethod.POST, PATH, Optional.empty()))
        .thenUni(proofs::useUp)
        .chain(
            outcome ->
                outcome.thenUni(jkt -> workloads.mint(request.with(jwt.boundTo(jkt)), form)));
  }

  private static boolean isBearer(Form form) {
    return form.one("grant_type").equals(Optional.of(GrantType.JWT_BEARER));
  }

  /** Where the assertion is the grant there is no client to fail (RFC 7523 3.1, a replay too). */
  private static Outcome<Minted> aboutTheGrant(Outcome<Minted> outcome) {
    return switch (outcome) {
      case Outcome.Refused<Minted>(Refusal.Unauthenticated(String code, String why)) ->
          Outcome.refused(new Refusal.BadGrant(code, why));
      default -> outcome;
    };
  }

  private Outcome<MintRequest> request(
      Proven proven, Form form, @Nullable String idempotencyKey, String requestId) {
    return key(idempotencyKey)
        .then(
            key ->
                under(proven, form)
                    .then(
                        under ->
                            ask(form)
                                .then(
                                    ask ->
                                        order()
                                            .then(
                                                order ->
                                                    Outcome.ok(
                                                        new MintRequest(
                                                            proven, ask, key, order, under,
                                                            requestId))))));
  }

  private Outcome<Order> order() {
    return tls.shown().then(shown -> Outcome.ok(jwt.over(shown.map(ShownCertificate::thumbprint))));
  }

  /** Which of the people it acts for is meant, where an agent acts for several. */
  private static Outcome<Optional<GrantId>> under(Proven proven, Form form) {
    return Workloads.isAgent(proven) ? ElevatedTokens.grant(form) : Outcome.ok(Optional.empty());
  }

  private static Outcome<Ask> ask(Form form) {
    Outcome<Set<String>> scopes =
        form.one("scope").map(Scopes::parse).orElseGet(() -> Outcome.ok(Set.of()));
    return scopes.then(
        asked ->
            ttl(form)
                .then(
                    ttl ->
                        Outcome.ok(new Ask(form.one("role"), asked, form.all("resource"), ttl))));
  }

  private static Outcome<Optional<Duration>> ttl(Form form) {
    return form.one("ttl")
        .map(text -> Ttl.parse(text).then(ttl -> Outcome.ok(Optional.of(ttl))))
        .orElseGet(() -> Outcome.ok(Optional.empty()));
  }

  private static Response answer(Outcome<TokenAnswer> outcome, AnswerWatch.Holding watch) {
    return switch (outcome) {
      case Outcome.Ok<TokenAnswer>(TokenAnswer answer) -> {
        watch.credential(answer.id());
        yield Response.ok(answer.json()).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
      }
      case Outcome.Refused<TokenAnswer>(Refusal refusal) -> Errors.oauth(refusal);
    };
  }
}
