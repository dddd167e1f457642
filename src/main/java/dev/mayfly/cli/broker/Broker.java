package dev.mayfly.cli.broker;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One broker and what can be asked of it. */
public final class Broker {

  private static final Set<String> NO_OPERATOR =
      Set.of("invalid_target", "invalid_scope", "unauthorized_client");

  private final Http http;
  private final Metadata metadata;
  private final InstantSource clock;
  private final Optional<Prover> prover;

  private Broker(Http http, Metadata metadata, InstantSource clock, Optional<Prover> prover) {
    this.http = http;
    this.metadata = metadata;
    this.clock = clock;
    this.prover = prover;
  }

  /** Finds the endpoints by the metadata of the broker's address. */
  public static Broker at(URI address, Http http, InstantSource clock) throws Stop {
    return new Broker(http, Metadata.read(http, address), clock, Optional.empty());
  }

  /** The same broker where it asks for certificates; its connections are to show one. */
  public Broker whereCertificatesAreShown() throws Stop {
    return new Broker(http, metadata.whereCertificatesAreShown(), clock, prover);
  }

  /** The same broker, whose tokens are from now on bound to this key. */
  public Broker holding(DpopKey key) {
    return new Broker(http, metadata, clock, Optional.of(new Prover(key, clock)));
  }

  public String issuer() {
    return metadata.issuer();
  }

  /** What is asked of the token endpoint besides who asks. */
  public record Wish(
      Optional<String> role,
      List<String> resources,
      List<String> scopes,
      Optional<String> ttl,
      Optional<String> idempotencyKey,
      Optional<String> grant) {

    List<Http.Field> fields() {
      List<Http.Field> form = new ArrayList<>();
      role.ifPresent(value -> form.add(new Http.Field("role", value)));
      resources.forEach(value -> form.add(new Http.Field("resource", value)));
      if (!scopes.isEmpty()) {
        form.add(new Http.Field("scope", String.join(" ", scopes)));
      }
      ttl.ifPresent(value -> form.add(new Http.Field("ttl", value)));
      grant.ifPresent(value -> form.add(new Http.Field("grant", value)));
      return form;
    }
  }

  /** A token for whoever the proof names. */
  public Json tokenFor(Proof proof, Wish wish) throws Stop {
    List<Http.Field> form = fields(members(proof));
    form.addAll(wish.fields());
    Map<String, String> headers =
        wish.idempotencyKey().map(key -> Map.of("Idempotency-Key", key)).orElse(Map.of());
    URI uri = metadata.endpoint("token_endpoint");
    Prover.Sending sending =
        more -> {
          Map<String, String> all = new HashMap<>(headers);
          all.putAll(more);
          return http.postForm(uri, form, all);
        };
    Http.Answer answer =
        prover.isPresent() ? proven(prover.get(), sending) : sending.with(Map.of());
    return object(checked(answer, uri, Refused.Asker.of(proof)));
  }

  /** RFC 9449 4.2: the proof names the endpoint under the issuer, wherever the request goes. */
  private Http.Answer proven(Prover by, Prover.Sending sending) throws Stop {
    return by.send("POST", metadata.named("token_endpoint"), Optional.empty(), sending);
  }

  Map<String, String> members(Proof proof) throws Stop {
    return proof.members(metadata.issuer(), clock.instant());
  }

  private static List<Http.Field> fields(Map<String, String> members) {
    List<Http.Field> form = new ArrayList<>();
    members.forEach((name, value) -> form.add(new Http.Field(name, value)));
    return form;
  }

  /** RFC 7009: the owner of a token gives it back. */
  public void revoke(ClientKey client, String token) throws Stop {
    form(metadata.endpoint("revocation_endpoint"), tokenForm(client, token), Map.of());
  }

  /** RFC 7662: a relying service asks about a token. */
  public Json introspect(ClientKey client, String token) throws Stop {
    return object(
        form(metadata.endpoint("introspection_endpoint"), tokenForm(client, token), Map.of()));
  }

  private List<Http.Field> tokenForm(ClientKey client, String token) throws Stop {
    List<Http.Field> form = new ArrayList<>();
    form.add(new Http.Field("token", token));
    form.add(new Http.Field("token_type_hint", "access_token"));
    form.addAll(authentication(client));
    return form;
  }

  private List<Http.Field> authentication(ClientKey client) throws Stop {
    return List.of(
        new Http.Field("client_id", client.clientId()),
        new Http.Field("client_assertion_type", Proof.Key.TYPE),
        new Http.Field("client_assertion", client.assertion(issuer(), clock.instant())));
  }

  /** Calls whose proof stands in the body, or which need none. */
  Api anonymous(Refused.Asker asker) {
    return new Api(
        (method, uri, sending) -> sending.with(Map.of("Accept", "application/json")), asker);
  }

  /** When to renew this certificate; for anybody (RFC 9773 4.1). */
  public Json renewal(String id) throws Stop {
    return anonymous(Refused.Asker.KEY).get("/v1/certificates/" + id + "/renewal");
  }

  /** The broker's own API, spoken with a token of its own that lives only in this process. */
  public Api api(ClientKey operator, String scope) throws Stop {
    Wish wish =
        new Wish(
            Optional.empty(),
            List.of(issuer()),
            List.of(scope),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    String token = operatorToken(operator, wish, scope);
    Map<String, String> headers =
        Map.of("Authorization", "Bearer " + token, "Accept", "application/json");
    return new Api((method, uri, sending) -> sending.with(headers), Refused.Asker.KEY);
  }

  /** What the token endpoint says of a resource or a scope means here: this is no operator. */
  private String operatorToken(ClientKey operator, Wish wish, String scope) throws Stop {
    try {
      return tokenFor(new Proof.Key(operator), wish).text("access_token").orElse("");
    } catch (Stop stop) {
      throw NO_OPERATOR.contains(stop.code())
          ? Stop.refused(
              stop.code(),
              operator.clientId() + " is no operator: it gets no token with " + scope + " here",
              "name an operator's key (-k); who is one is the policy's to say")
          : stop;
    }
  }

  /** A person's session here, kept in this folder beside the key that it is bound to. */
  public Session session(Path stateFolder) throws Stop {
    DpopKey key = DpopKey.at(stateFolder.resolve(DpopKey.FILE));
    SessionFile file = SessionFile.of(stateFolder, issuer());
    return new Session(http, metadata, new Prover(key, clock), file, clock);
  }

  /** The broker's own API in the name of whoever is logged in. */
  public Api person(Path stateFolder) throws Stop {
    return new Api(session(stateFolder)::send, Refused.Asker.PERSON);
  }

  /** Sends a request with what shows who asks. */
  interface Showing {
    Http.Answer send(String method, URI uri, Prover.Sending sending) throws Stop;
  }

  /** Calls under {@code /v1} as one caller. */
  public final class Api {
    private final Showing caller;
    private final Refused.Asker asker;

    private Api(Showing caller, Refused.Asker asker) {
      this.caller = caller;
      this.asker = asker;
    }

    public Json get(String path) throws Stop {
      URI uri = metadata.api(path);
      return object(
          checked(caller.send("GET", uri, headers -> http.get(uri, headers)), uri, asker));
    }

    public Json post(String path, Map<String, Object> body) throws Stop {
      URI uri = metadata.api(path);
      String json = JSONObjectUtils.toJSONString(body);
      return object(
          checked(
              caller.send("POST", uri, headers -> http.postJson(uri, json, headers)), uri, asker));
    }
  }

  private Http.Answer form(URI uri, List<Http.Field> form, Map<String, String> headers)
      throws Stop {
    return checked(http.postForm(uri, form, headers), uri, Refused.Asker.KEY);
  }

  static Http.Answer checked(Http.Answer answer, URI uri, Refused.Asker asker) throws Stop {
    if (!answer.isOk()) {
      throw Refused.of(answer, uri, asker);
    }
    return answer;
  }

  static Json object(Http.Answer answer) throws Stop {
    return Json.parse(answer.body())
        .orElseThrow(
            () ->
                Stop.unreachable(
                    "not-json",
                    "the broker answered something that is no JSON object",
                    "is a proxy in between?"));
  }
}
