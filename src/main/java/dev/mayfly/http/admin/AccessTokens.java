package dev.mayfly.http.admin;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.ClientCertificates;
import dev.mayfly.http.Errors;
import dev.mayfly.identity.DpopProof;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.identity.certificate.ShownCertificate;
import dev.mayfly.revocation.Introspection;
import dev.mayfly.revocation.Introspections;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which claims a request to {@code /v1} may stand on: those of a token that Mayfly minted for this
 * broker, live at this moment, and shown as it is bound. A token with a key is good only with a
 * proof of that key (RFC 9449 7), one with a certificate only over a connection with that (RFC 8705
 * 3); shown as a bearer token either is as good as stolen.
 */
@ApplicationScoped
class AccessTokens {

  private static final String PROOF = "DPoP";

  private final Introspections introspections;
  private final DpopProofs proofs;
  private final ClientCertificates certificates;
  private final String issuer;

  AccessTokens(
      Introspections introspections,
      DpopProofs proofs,
      ClientCertificates certificates,
      MayflyConfig mayfly) {
    this.introspections = introspections;
    this.proofs = proofs;
    this.certificates = certificates;
    this.issuer = mayfly.issuer();
  }

  /**
   * A token and what came with it.
   *
   * @param proof which is there exactly when the scheme is DPoP
   * @param certificate the thumbprint of the connection's
   */
  private record Shown(String token, Optional<DpopProof> proof, Optional<String> certificate) {}

  /** What is believed of a request's caller. */
  Uni<Outcome<Map<String, Object>>> claims(HttpServerRequest request) {
    return ShownToken.of(request.headers().getAll(HttpHeaders.AUTHORIZATION))
        .then(token -> prove(token, request))
        .thenUni(
            shown -> introspect(shown).chain(claims -> claims.thenUni(all -> useUp(shown, all))));
  }

  private Outcome<Shown> prove(ShownToken shown, HttpServerRequest request) {
    return certificates
        .of(request)
        .then(
            certificate ->
                proof(shown, request)
                    .then(
                        proof ->
                            Outcome.ok(
                                new Shown(
                                    shown.token(),
                                    proof,
                                    certificate.map(ShownCertificate::thumbprint)))));
  }

  private Outcome<Optional<DpopProof>> proof(ShownToken shown, HttpServerRequest request) {
    return switch (shown.scheme()) {
      case BEARER -> Outcome.ok(Optional.empty());
      case DPOP ->
          proofs
              .check(
                  request.headers().getAll(PROOF),
                  new DpopProofs.Request(
                      request.method().name(), request.path(), Optional.of(shown.token())))
              .then(proof -> Outcome.ok(Optional.of(proof)));
    };
  }

  private Uni<Outcome<Map<String, Object>>> introspect(Shown shown) {
    return introspections
        .introspect(shown.token(), "", Set.of(issuer))
        .map(
            found ->
                switch (found) {
                  case Introspection.Active(Map<String, Object> claims) -> judge(shown, claims);
                  case Introspection.Inactive inactive -> notBelieved(shown, "it is not live");
                });
  }

  private Outcome<Map<String, Object>> judge(Shown shown, Map<String, Object> claims) {
    boolean forUs =
        switch (claims.get("aud")) {
          case String one -> one.equals(issuer);
          case Collection<?> several -> several.contains(issuer);
          case null, default -> false;
        };
    if (!forUs) {
      return notBelieved(shown, "it is for another audience");
    }
    if (claims.containsKey("act")) {
      return notBelieved(shown, "an agent does nothing here, whoever it acts for"); // rule 9
    }
    Optional<String> certificate = Introspection.certificate(claims);
    if (certificate.isPresent() && !certificate.equals(shown.certificate())) {
      return notBelieved(shown, "a token bound to a certificate was shown without it");
    }
    Optional<String> jkt = Introspection.jkt(claims);
    if (jkt.isPresent() != shown.proof().isPresent()) {
      return refused(
          Refusal.BadDpop.TOKEN,
          jkt.isPresent()
              ? "a token bound to a key was shown as a bearer token"
              : "a token bound to no key was shown with a DPoP proof");
    }
    return jkt.equals(shown.proof().map(DpopProof::jkt))
        ? Outcome.ok(claims)
        : refused(Refusal.BadDpop.PROOF, "the proof is of another key than the token's");
  }

  private Uni<Outcome<Map<String, Object>>> useUp(Shown shown, Map<String, Object> claims) {
    return shown
        .proof()
        .map(proof -> proofs.useUp(proof).map(used -> used.then(jkt -> Outcome.ok(claims))))
        .orElseGet(() -> Uni.createFrom().item(Outcome.ok(claims)));
  }

  private static Outcome<Map<String, Object>> notBelieved(Shown shown, String why) {
    return shown.proof().isPresent()
        ? refused(Refusal.BadDpop.TOKEN, why)
        : Outcome.refused(new Refusal.Unauthenticated(Errors.INVALID_TOKEN, why));
  }

  private static Outcome<Map<String, Object>> refused(String code, String why) {
    return Outcome.refused(new Refusal.BadDpop(code, why));
  }
}
