package dev.mayfly.identity.login;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Login;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Mayfly's calls to a provider: codes and refresh tokens exchanged, more asked about a person. */
@ApplicationScoped
public class CodeExchange {

  /**
   * How somebody logged in: only an ID token says that (OpenID Connect Core 2). A userinfo may hold
   * what the person wrote there themselves.
   */
  private static final Set<String> OF_THE_LOGIN = Set.of("acr", "amr", "auth_time");

  private final Providers providers;
  private final String issuer;
  private final Map<String, String> secrets = new HashMap<>();

  /**
   * What a provider gave for a code or for a refresh token (OpenID Connect Core 3.1.3.3, 12.2).
   *
   * @param idToken may be missing only where a refresh token was used
   */
  record Tokens(Optional<String> idToken, String accessToken, Optional<String> refreshToken) {

    /** Without them. */
    @Override
    public String toString() {
      return "Tokens";
    }
  }

  public CodeExchange(Providers providers, LoginConfig config, MayflyConfig mayfly) {
    this.providers = providers;
    this.issuer = mayfly.issuer();
    config.secretFile().forEach((trust, file) -> secrets.put(trust, read(file)));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the client secret " + file + " cannot be read: " + e.getClass().getSimpleName(), e);
    }
  }

  Uni<Outcome<Tokens>> code(Login login, Provider provider, String code, String verifier) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", issuer + RelyingParty.CALLBACK);
    form.put("code_verifier", verifier);
    return tokens(login, provider, form);
  }

  Uni<Outcome<Tokens>> refresh(Login login, Provider provider, String refreshToken) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "refresh_token");
    form.put("refresh_token", refreshToken);
    return tokens(login, provider, form);
  }

  private Uni<Outcome<Tokens>> tokens(Login login, Provider provider, Map<String, String> form) {
    form.put("client_id", login.client());
    return providers
        .post(login, provider.token(), authentication(login), form(form))
        .map(answered -> answered.then(answer -> tokens(login, answer)));
  }

  /** RFC 6749 2.3.1: id and secret are form-encoded before they become Basic. */
  private Map<String, String> authentication(Login login) {
    String secret = secrets.get(login.id());
    if (secret == null) {
      return Map.of();
    }
    String both = encode(login.client()) + ":" + encode(secret);
    return Map.of(
        "Authorization",
        "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.US_ASCII)));
  }

  /** RFC 6749 5.2: only {@code invalid_grant} speaks of the person; anything else is our matter. */
  private static Outcome<Tokens> tokens(Login login, Providers.Answer answer) {
    if (answer.status() != 200) {
      return answer.text("error").filter("invalid_grant"::equals).isPresent()
          ? Outcome.refused(new Refusal.Denied("login-refused", "the provider says invalid_grant"))
          : unusable(login, "answers its token request with " + answer.status());
    }
    Optional<String> idToken = answer.text("id_token");
    Optional<String> accessToken = answer.text("access_token");
    return accessToken.isPresent()
        ? Outcome.ok(new Tokens(idToken, accessToken.get(), answer.text("refresh_token")))
        : unusable(login, "gives no access token");
  }

  /** What else it says of the same person (OpenID Connect Core 5.3.2); nothing where it says no. */
  Uni<Outcome<Map<String, Object>>> userinfo(Login login, String accessToken, String subject) {
    return providers
        .of(login)
        .chain(
            found ->
                found.thenUni(
                    provider ->
                        provider.userinfo().isEmpty()
                            ? Uni.createFrom().item(Outcome.ok(Map.of()))
                            : providers
                                .get(
                                    login,
                                    provider.userinfo().get(),
                                    Map.of("Authorization", "Bearer " + accessToken))
                                .map(
                                    answered ->
                                        answered.then(answer -> about(login, answer, subject)))));
  }

  private static Outcome<Map<String, Object>> about(
      Login login, Providers.Answer answer, String subject) {
    if (answer.status() != 200) {
      return unusable(login, "answers its userinfo request with " + answer.status());
    }
    Map<String, Object> said = new LinkedHashMap<>(answer.body());
    said.keySet().removeAll(OF_THE_LOGIN);
    return answer.text("sub").filter(subject::equals).isPresent()
        ? Outcome.ok(said)
        : Outcome.refused(
            new Refusal.Denied("login-refused", "the userinfo is about somebody else"));
  }

  private static <T> Outcome<T> unusable(Login login, String what) {
    return Outcome.refused(
        new Refusal.Unavailable("provider-unusable", "the provider of " + login.id() + " " + what));
  }

  static String form(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(one -> encode(one.getKey()) + "=" + encode(one.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
