package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ElevatedMinting;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.jwt.JwtKind;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.grant.session.DeviceLogins;
import dev.mayfly.grant.session.DeviceSessions;
import dev.mayfly.grant.session.RefreshTokens;
import dev.mayfly.grant.session.Renewed;
import dev.mayfly.grant.session.SessionEnds;
import dev.mayfly.grant.session.Vouching;
import dev.mayfly.identity.DpopProofs;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tokens of people's sessions at the token endpoint: the first by a device code (RFC 8628 3.4), the
 * next ones by refresh tokens (RFC 6749 6). The client is public, so each of them is bound to a
 * key.
 */
@ApplicationScoped
class SessionTokens {

  /** The command line of people. */
  static final String CLIENT = "mayfly-cli";

  private static final Set<String> TYPES = Set.of(GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN);

  private final DpopProofs proofs;
  private final DeviceLogins deviceLogins;
  private final DeviceSessions devices;
  private final RefreshTokens refreshTokens;
  private final Vouching vouching;
  private final Sessions sessions;
  private final SessionEnds ends;
  private final GrantQueries grants;
  private final JwtKind jwt;
  private final ElevatedMinting minting;
  private final PolicyBook book;

  SessionTokens(
      DpopProofs proofs,
      DeviceLogins deviceLogins,
      DeviceSessions devices,
      RefreshTokens refreshTokens,
      Vouching vouching,
      Sessions sessions,
      SessionEnds ends,
      GrantQueries grants,
      JwtKind jwt,
      ElevatedMinting minting,
      PolicyBook book) {
    this.proofs = proofs;
    this.deviceLogins = deviceLogins;
    this.devices = devices;
    this.refreshTokens = refreshTokens;
    this.vouching = vouching;
    this.sessions = sessions;
    this.ends = ends;
    this.grants = grants;
    this.jwt = jwt;
    this.minting = minting;
    this.book = book;
  }

  /** Whether this request is of a person's session. */
  static boolean isFor(Form form) {
    return form.one("grant_type").filter(TYPES::contains).isPresent();
  }

  /** Whether the public client asks, which proves nothing by its name. */
  static boolean isPublic(Form form) {
    return form.one("client_id").equals(Optional.of(CLIENT))
        && form.one("client_assertion").isEmpty()
        && form.one("client_secret").isEmpty();
  }

  static Outcome<Form> publicClient(Form form) {
    return isPublic(form)
        ? Outcome.ok(form)
        : Outcome.refused(
            new Refusal.Unauthenticated("client-unknown", "the public client is " + CLIENT));
  }

  /** What is shown for a token. */
  private record Shown(boolean isDevice, String secret) {}

  /**
   * The body of the answer. The proof is used up, which writes a row, only for who shows with it
   * something that was given to its key.
   */
  Uni<Outcome<TokenAnswer>> answer(Form form, List<String> dpop, String requestId) {
    DpopProofs.Request request =
        new DpopProofs.Request(HttpMethod.POST, TokenResource.PATH, Optional.empty());
    return publicClient(form)
        .then(known -> proofs.check(dpop, request))
        .thenUni(
            proof ->
                shown(form)
                    .thenUni(
                        shown ->
                            known(shown, proof.jkt())
                                .chain(known -> known.thenUni(yes -> proofs.useUp(proof)))
                                .chain(
                                    used -> used.thenUni(jkt -> session(shown, jkt, requestId)))));
  }

  private static Outcome<Shown> shown(Form form) {
    boolean device = form.one("grant_type").equals(Optional.of(GrantType.DEVICE_CODE));
    return form.required(device ? "device_code" : "refresh_token")
        .then(secret -> Outcome.ok(new Shown(device, secret)));
  }

  private Uni<Outcome<Boolean>> known(Shown shown, String jkt) {
    Uni<Boolean> given =
        shown.isDevice()
            ? deviceLogins.isBegun(shown.secret(), jkt)
            : refreshTokens.isGiven(shown.secret(), jkt);
    return given.map(
        yes ->
            yes
                ? Outcome.ok(true)
                : Outcome.refused(
                    new Refusal.BadGrant(
                        shown.isDevice() ? "device-code-refused" : "refresh-token-refused",
                        "nothing like it was given to this key")));
  }

  private Uni<Outcome<TokenAnswer>> session(Shown shown, String jkt, String requestId) {
    Uni<Outcome<Renewed>> renewed =
        shown.isDevice()
            ? devices.poll(shown.secret(), jkt, requestId)
            : refreshTokens.use(shown.secret(), jkt, requestId);
    return renewed
        .chain(found -> found.thenUni(next -> vouch(next, requestId)))
        .chain(found -> found.thenUni(next -> mint(next, jkt, requestId)));
  }

  /** A device that comes anew knows no more of the person than one that renews. */
  private Uni<Outcome<Renewed>> vouch(Renewed next, String requestId) {
    return vouching.ask(next.session(), book.current(), requestId).replaceWith(Outcome.ok(next));
  }

  private Uni<Outcome<TokenAnswer>> mint(Renewed next, String jkt, String requestId) {
    CompiledPolicy policy = book.current();
    return sessions
        .person(next.session(), policy)
        .chain(
            found ->
                switch (found) {
                  case Outcome.Ok<Person>(Person person) -> mint(person, jkt, requestId);
                  case Outcome.Refused<Person>(Refusal refusal) ->
                      ends.forgotten(next.session(), requestId)
                          .replaceWith(
                              Outcome.<Minted>refused(
                                  new Refusal.BadGrant(refusal.code(), refusal.why())));
                })
        .map(
            minted ->
                minted.then(
                    one ->
                        Outcome.ok(
                            TokenAnswer.of(one, Map.of("refresh_token", next.refreshToken())))));
  }

  private Uni<Outcome<Minted>> mint(Person person, String jkt, String requestId) {
    return grants
        .one(person.session())
        .chain(
            grant -> {
              String role = grant.orElseThrow().grant().role();
              Ask ask = new Ask(Optional.of(role), Set.of(), List.of(), Optional.empty());
              return minting.session(
                  new ElevatedMinting.Wanted(
                      person,
                      role,
                      Optional.of(person.session()),
                      ask,
                      Optional.empty(),
                      jwt.boundTo(jkt),
                      requestId));
            });
  }
}
