package dev.mayfly.identity.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.UsedAssertions;
import dev.mayfly.key.Sealing;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Logins that are under way, each sealed into a cookie of the browser that began it: any node may
 * take the provider's answer, and whoever begins logins without end writes nothing here. That one
 * was used is kept, until it would have ended.
 */
@ApplicationScoped
public class Attempts {

  private final Sealing sealing;
  private final UsedAssertions used;
  private final InstantSource clock;
  private final Duration lasts;

  public Attempts(Sealing sealing, UsedAssertions used, InstantSource clock, LoginLimits limits) {
    this.sealing = sealing;
    this.used = used;
    this.clock = clock;
    this.lasts = limits.attemptLasts();
  }

  /** What the browser keeps: it opens only beside this state. */
  String seal(String state, Attempt attempt) {
    JsonObject json =
        new JsonObject()
            .put("trust", attempt.trust())
            .put("nonce", attempt.nonce())
            .put("verifier", attempt.verifier())
            .put("acr", new JsonArray(attempt.demand().acr()))
            .put("goesOn", attempt.goesOn())
            .put("begun", attempt.begun().toEpochMilli());
    attempt.demand().maxAge().ifPresent(age -> json.put("maxAge", age.toSeconds()));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(sealing.seal(json.encode(), owner(state)));
  }

  /** Boundary: a login has ended in the very instant in which it was begun so long ago. */
  Uni<Outcome<Attempt>> take(String state, String sealed) {
    Optional<Attempt> attempt = open(state, sealed);
    if (attempt.isEmpty() || !clock.instant().isBefore(end(attempt.get()))) {
      return unknown();
    }
    return used.use(Uuids.hash("login", state), end(attempt.get()))
        .chain(first -> first ? Uni.createFrom().item(Outcome.ok(attempt.get())) : unknown());
  }

  private Instant end(Attempt attempt) {
    return attempt.begun().plus(lasts);
  }

  private Optional<Attempt> open(String state, String sealed) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(sealed);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // never one of ours
    }
    return sealing.open(bytes, owner(state)).map(JsonObject::new).map(Attempts::read);
  }

  private static Attempt read(JsonObject json) {
    List<String> acr =
        json.getJsonArray("acr", new JsonArray()).stream().map(String.class::cast).toList();
    return new Attempt(
        json.getString("trust"),
        json.getString("nonce"),
        json.getString("verifier"),
        new Demand(Optional.ofNullable(json.getLong("maxAge")).map(Duration::ofSeconds), acr),
        json.getString("goesOn"),
        Instant.ofEpochMilli(json.getLong("begun")));
  }

  private static String owner(String state) {
    return "the login " + state;
  }

  private static Uni<Outcome<Attempt>> unknown() {
    return Uni.createFrom()
        .item(
            Outcome.refused(
                new Refusal.Denied(
                    "login-unknown",
                    "no login under way has this state, for this browser, at this time")));
  }
}
