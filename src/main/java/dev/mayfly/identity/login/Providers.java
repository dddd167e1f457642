package dev.mayfly.identity.login;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.StrictJson;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.identity.IssuerHttp;
import dev.mayfly.policy.Login;
import dev.mayfly.store.CallerContext;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks people's providers: for their metadata, which is kept for a while, and for whatever the
 * relying party has to ask. Answers come back on the caller's event loop.
 */
@ApplicationScoped
public class Providers {

  private static final System.Logger LOG = System.getLogger(Providers.class.getName());
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final IssuerHttp http;
  private final Duration freshFor;
  private final InstantSource clock;
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  private record Held(Provider provider, Instant freshUntil) {}

  /** What a provider answered: a JSON object, whatever its status. */
  record Answer(int status, Map<String, Object> body) {

    Optional<String> text(String name) {
      return body.get(name) instanceof String text && !text.isEmpty()
          ? Optional.of(text)
          : Optional.empty();
    }

    /** Without what it says. */
    @Override
    public String toString() {
      return "Answer[" + status + "]";
    }
  }

  public Providers(IdentityLimits limits, InstantSource clock) {
    this.http = new IssuerHttp(limits.keys());
    this.freshFor = limits.keys().freshFor();
    this.clock = clock;
  }

  @PreDestroy
  void close() {
    http.close();
  }

  /** Where this login's provider answers. One that is away for a moment is still where it was. */
  Uni<Outcome<Provider>> of(Login login) {
    Held known = held.get(login.issuer());
    if (known != null && clock.instant().isBefore(known.freshUntil())) {
      return Uni.createFrom().item(Outcome.ok(known.provider()));
    }
    return here(discover(login.issuer()))
        .map(
            found -> {
              held.put(login.issuer(), new Held(found, clock.instant().plus(freshFor)));
              return Outcome.ok(found);
            })
        .onFailure()
        .recoverWithItem(
            failure -> known == null ? away(login, failure) : Outcome.ok(known.provider()));
  }

  /** Posts a form; refused as unavailable when no answer of JSON comes. */
  Uni<Outcome<Answer>> post(Login login, URI uri, Map<String, String> headers, String form) {
    return asked(login, http.post(uri, headers, form));
  }

  /** As {@link #post}, by GET. */
  Uni<Outcome<Answer>> get(Login login, URI uri, Map<String, String> headers) {
    return asked(login, http.get(uri, headers));
  }

  private Uni<Outcome<Answer>> asked(Login login, CompletableFuture<HttpResponse<byte[]>> coming) {
    return here(coming.thenApply(Providers::answer))
        .map(Outcome::ok)
        .onFailure()
        .recoverWithItem(failure -> away(login, failure));
  }

  private static <T> Outcome<T> away(Login login, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    LOG.log(System.Logger.Level.WARNING, "the provider of {0}: {1}", login.id(), cause.toString());
    return Outcome.refused(
        new Refusal.Unavailable("provider-unavailable", "the provider of " + login.id()));
  }

  private CompletableFuture<Provider> discover(String issuer) {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    return IssuerHttp.address(base + DISCOVERY)
        .thenCompose(uri -> http.get(uri, Map.of()).thenApply(Providers::answer))
        .thenApply(answer -> provider(answer, issuer));
  }

  /** OpenID Connect Discovery 4.3: the document must name exactly the issuer it was asked for. */
  private static Provider provider(Answer document, String issuer) {
    if (document.status() != 200 || !document.text("issuer").equals(Optional.of(issuer))) {
      throw defect("the discovery document names another issuer, or is none");
    }
    return new Provider(
        address(document, "authorization_endpoint", issuer)
            .orElseThrow(() -> defect("no authorization_endpoint")),
        address(document, "token_endpoint", issuer).orElseThrow(() -> defect("no token_endpoint")),
        address(document, "userinfo_endpoint", issuer),
        Boolean.TRUE.equals(document.body().get("authorization_response_iss_parameter_supported")));
  }

  private static Optional<URI> address(Answer document, String name, String issuer) {
    Optional<URI> address = document.text(name).map(text -> IssuerHttp.address(text).join());
    if (address.filter(IssuerHttp::isLoopback).isPresent()
        && !IssuerHttp.isLoopback(URI.create(issuer))) {
      throw defect("a provider elsewhere names an address on this machine");
    }
    return address;
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    try {
      return new Answer(response.statusCode(), StrictJson.object(response.body()));
    } catch (JsonProcessingException e) {
      throw defect("an answer of status " + response.statusCode() + " is not a JSON object");
    }
  }

  private static <T> Uni<T> here(CompletableFuture<T> coming) {
    return CallerContext.back(Uni.createFrom().completionStage(coming));
  }

  private static CompletionException defect(String sentence) {
    return new CompletionException(new IOException(sentence));
  }
}
