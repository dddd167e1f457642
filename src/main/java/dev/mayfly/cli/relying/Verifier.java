package dev.mayfly.cli.relying;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.relying.Verdict.Invalid;
import dev.mayfly.cli.relying.Verdict.Valid;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Verifies a token as a relying service does: signature, claims and status, with nobody asked while
 * the cached keys and list are fresh. A question that cannot be answered is a {@link Stop}, never a
 * yes.
 */
public final class Verifier {

  private final String issuer;
  private final String audience;
  private final List<String> scopes;
  private final Keys keys;
  private final Lists lists;
  private final InstantSource clock;

  public Verifier(
      URI broker, String audience, List<String> scopes, Pages pages, InstantSource clock) {
    String name = broker.toString();
    this.issuer = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    this.audience = audience;
    this.scopes = List.copyOf(scopes);
    this.keys = new Keys(broker, pages, clock);
    this.lists = new Lists(pages, keys, clock);
    this.clock = clock;
  }

  public Verdict verify(String token) throws Stop {
    return switch (Signed.check(token, "at+jwt", keys)) {
      case Signed.Doubtful(String code, String say) -> new Invalid(code, say);
      case Signed.Genuine(Json header, Json claims) -> {
        Optional<Invalid> wrong = wrongClaim(claims);
        yield wrong.isPresent() ? wrong.get() : status(header, claims);
      }
    };
  }

  /** As {@code Lists}: lets the broker say when the list of this token changes. */
  public boolean waitForChange(Valid valid, Duration atMost) throws Stop {
    return lists.waitForChange(valid.list(), atMost);
  }

  private Optional<Invalid> wrongClaim(Json claims) {
    if (!claims.text("iss").equals(Optional.of(issuer))) {
      return wrong("wrong-issuer", "it is from another issuer than " + issuer);
    }
    if (!claims.texts("aud").contains(audience)) {
      return wrong("wrong-audience", "it is for " + claims.show("aud") + ", not for " + audience);
    }
    Optional<Instant> end = claims.epoch("exp");
    if (end.isEmpty()) {
      return wrong("no-end", "it has no expiry");
    }
    // RFC 7519 4.1.4: not accepted on or after the expiry; rule 4: no leeway extends it.
    if (!clock.instant().isBefore(end.get())) {
      return wrong("expired", "it expired");
    }
    if (claims.epoch("nbf").filter(start -> clock.instant().isBefore(start)).isPresent()) {
      return wrong("not-yet", "it is not valid yet");
    }
    // RFC 9068 2.2: an access token without these is none.
    for (String name : List.of("sub", "client_id", "jti")) {
      if (claims.text(name).isEmpty()) {
        return wrong("incomplete", "it has no " + name);
      }
    }
    List<String> given = List.of(claims.text("scope").orElse("").split(" "));
    for (String scope : scopes) {
      if (!given.contains(scope)) {
        return wrong("missing-scope", "it lacks the scope " + scope);
      }
    }
    return Optional.empty();
  }

  private Verdict status(Json header, Json claims) throws Stop {
    Json entry = claims.object("status").flatMap(s -> s.object("status_list")).orElse(Json.EMPTY);
    Optional<Long> index = entry.number("idx");
    Optional<URI> uri = entry.text("uri").flatMap(Verifier::webAddress);
    if (index.isEmpty() || uri.isEmpty()) {
      return new Invalid("no-status", "it names no status list, so nobody could take it back");
    }
    return switch (lists.look(uri.get())) {
      case Lists.Look.Useless(String code, String say) -> new Invalid(code, say);
      case Lists.Look.Read(StatusList list, Instant _, Instant freshUntil) -> {
        Valid valid =
            new Valid(
                header,
                claims,
                claims.epoch("exp").orElseThrow(),
                uri.get(),
                index.get(),
                freshUntil);
        yield judged(list, valid);
      }
    };
  }

  private static Verdict judged(StatusList list, Valid valid) {
    int state = list.state(valid.index()).orElse(-1);
    return switch (state) {
      case 0 -> valid;
      case 1 -> new Invalid("revoked", "it was revoked");
      case 2 -> new Invalid("suspended", "it is suspended");
      case -1 -> new Invalid("no-status", "its status list has no such entry");
      default ->
          new Invalid("unknown-status", "its status list says " + state + ", which is no yes");
    };
  }

  private static Optional<URI> webAddress(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      return web && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Optional<Invalid> wrong(String code, String say) {
    return Optional.of(new Invalid(code, say));
  }
}
