package dev.mayfly.cli.broker;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A person's session at a broker (RFC 8628): begun by a code that they confirm in a browser, kept
 * alive by refresh tokens, each good once, and ended by giving the last one back.
 */
public final class Session {

  private static final String CLIENT = "mayfly-cli";
  private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

  private static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

  /** A token that ends sooner is renewed first: the command it is for takes a while. */
  private static final Duration ENOUGH = Duration.ofSeconds(30);

  private final Http http;
  private final Metadata metadata;
  private final Prover prover;
  private final SessionFile file;
  private final InstantSource clock;

  Session(Http http, Metadata metadata, Prover prover, SessionFile file, InstantSource clock) {
    this.http = http;
    this.metadata = metadata;
    this.prover = prover;
    this.file = file;
    this.clock = clock;
  }

  /** What the person has to do (RFC 8628 3.2). */
  public record Code(
      String deviceCode, String userCode, URI page, URI link, Duration lasts, Duration pause) {}

  /** What came of asking once. */
  public enum Asked {
    CONFIRMED,
    PENDING,
    TOO_OFTEN
  }

  /**
   * Begins a login.
   *
   * @param fresh whether the person has to prove anew who they are
   */
  public Code begin(boolean fresh) throws Stop {
    URI uri = metadata.endpoint("device_authorization_endpoint");
    List<Http.Field> form =
        fresh ? List.of(client(), new Http.Field("max_age", "0")) : List.of(client());
    Json answer = Broker.object(checked(post(uri, form), uri));
    URI page = uri(answer, "verification_uri");
    return new Code(
        answer.text("device_code").orElse(""),
        answer.text("user_code").orElse(""),
        page,
        answer.text("verification_uri_complete").map(URI::create).orElse(page),
        Duration.ofSeconds(answer.number("expires_in").orElse(600L)),
        Duration.ofSeconds(answer.number("interval").orElse(5L)));
  }

  /** Asks once whether the person has confirmed; when they have, they are logged in. */
  public Asked ask(Code code) throws Stop {
    URI uri = metadata.endpoint("token_endpoint");
    Http.Answer answer =
        post(
            uri,
            List.of(
                client(),
                new Http.Field("grant_type", DEVICE_CODE),
                new Http.Field("device_code", code.deviceCode())));
    if (answer.isOk()) {
      keep(Broker.object(answer));
      return Asked.CONFIRMED;
    }
    String error = Json.parse(answer.body()).flatMap(body -> body.text("error")).orElse("");
    return switch (error) {
      case "authorization_pending" -> Asked.PENDING;
      case "slow_down" -> Asked.TOO_OFTEN;
      case "access_denied" ->
          throw Stop.notAuthenticated(
              error, "the login was refused in the browser", "run it again if that was a mistake");
      case "expired_token" ->
          throw Stop.notAuthenticated(error, "nobody confirmed the code in time", "run it again");
      default -> throw Refused.of(answer, uri, Refused.Asker.PERSON);
    };
  }

  /** A token that is good for a while; renewed without asking anybody where it is not. */
  String token() throws Stop {
    return file.alone(
        () -> {
          Json kept = file.read().orElseThrow(Session::nobody);
          boolean good =
              kept.instant("expires_at")
                  .filter(end -> end.isAfter(clock.instant().plus(ENOUGH)))
                  .isPresent();
          return (good ? kept : renewed(kept)).text("access_token").orElseThrow(Session::nobody);
        });
  }

  private Json renewed(Json kept) throws Stop {
    URI uri = metadata.endpoint("token_endpoint");
    Http.Answer answer =
        post(
            uri,
            List.of(
                client(),
                new Http.Field("grant_type", "refresh_token"),
                new Http.Field("refresh_token", kept.text("refresh_token").orElse(""))));
    if (isOver(answer)) {
      file.delete();
      throw ended();
    }
    return keep(Broker.object(checked(answer, uri)));
  }

  /**
   * Ends the session, at the broker and here.
   *
   * @return whether there was one
   */
  public boolean end() throws Stop {
    return file.alone(
        () -> {
          Optional<Json> kept = file.read();
          Optional<String> token = kept.flatMap(session -> session.text("refresh_token"));
          if (token.isPresent()) {
            URI uri = metadata.endpoint("revocation_endpoint");
            List<Http.Field> form = List.of(client(), new Http.Field("token", token.get()));
            checked(http.postForm(uri, form, Map.of()), uri);
          }
          file.delete();
          return kept.isPresent();
        });
  }

  /**
   * A token of a role that the person was granted, bound to the same key as the session (RFC 8693).
   *
   * @param grant which one, where several give the role
   */
  public Json exchange(Broker.Wish wish, Optional<String> grant) throws Stop {
    URI uri = metadata.endpoint("token_endpoint");
    List<Http.Field> form = new ArrayList<>(wish.fields());
    form.add(new Http.Field("grant_type", TOKEN_EXCHANGE));
    form.add(new Http.Field("subject_token", token()));
    form.add(new Http.Field("subject_token_type", ACCESS_TOKEN));
    grant.ifPresent(id -> form.add(new Http.Field("grant", id)));
    Http.Answer answer = post(uri, form);
    if (isOver(answer)) {
      throw ended();
    }
    return Broker.object(checked(answer, uri));
  }

  /** One request to the broker's own API in the person's name. */
  Http.Answer send(String method, URI uri, Prover.Sending sending) throws Stop {
    String token = token();
    return prover.send(
        method,
        uri,
        Optional.of(token),
        proof -> {
          Map<String, String> headers = new LinkedHashMap<>(proof);
          headers.put("Authorization", "DPoP " + token);
          headers.put("Accept", "application/json");
          return sending.with(headers);
        });
  }

  private static Http.Answer checked(Http.Answer answer, URI uri) throws Stop {
    return Broker.checked(answer, uri, Refused.Asker.PERSON);
  }

  private Http.Answer post(URI uri, List<Http.Field> form) throws Stop {
    return prover.send("POST", uri, Optional.empty(), headers -> http.postForm(uri, form, headers));
  }

  private Json keep(Json answer) throws Stop {
    Instant end = clock.instant().plusSeconds(answer.number("expires_in").orElse(0L));
    Map<String, Object> session = new LinkedHashMap<>();
    session.put("issuer", metadata.issuer());
    session.put("access_token", answer.text("access_token").orElse(""));
    session.put("refresh_token", answer.text("refresh_token").orElse(""));
    session.put("expires_at", end.toString());
    file.write(session);
    return new Json(session);
  }

  private static Http.Field client() {
    return new Http.Field("client_id", CLIENT);
  }

  private static URI uri(Json answer, String name) throws Stop {
    return answer
        .text(name)
        .map(URI::create)
        .orElseThrow(
            () -> Stop.refused("no-code", "the answer names no " + name, "is that a broker?"));
  }

  /** What the session's own token or refresh token is refused with. */
  private static boolean isOver(Http.Answer answer) {
    return Json.parse(answer.body())
        .flatMap(body -> body.text("error"))
        .filter("invalid_grant"::equals)
        .isPresent();
  }

  private static Stop ended() {
    return Stop.notAuthenticated(
        "session-ended", "your session has ended", "log in again: mayfly login");
  }

  private static Stop nobody() {
    return Stop.notAuthenticated("not-logged-in", "nobody is logged in", "mayfly login");
  }
}
