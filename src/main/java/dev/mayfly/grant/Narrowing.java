package dev.mayfly.grant;

import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Wish;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a request says beside role, duration and reason, and its form in {@code grants.ask}. */
public record Narrowing(
    Set<String> scopes,
    List<String> audiences,
    Optional<String> target,
    Optional<String> ticket,
    Map<String, Object> inputs) {

  public Narrowing {
    scopes = Set.copyOf(scopes);
    audiences = List.copyOf(audiences);
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs)); // one order on every node
  }

  /**
   * Of a request that is filed. What it left open is what the policy gives at this moment: a later
   * policy that gives more makes no grant wider than what was decided about.
   */
  static Narrowing of(Filing.Assessed one) {
    Wish wish = one.wish();
    return new Narrowing(
        one.assessment().scopes(),
        List.copyOf(new TreeSet<>(one.assessment().audiences())),
        wish.target(),
        wish.ticket(),
        wish.inputs());
  }

  /** Reads what {@link #json} wrote. */
  public static Narrowing of(JsonObject ask) {
    return new Narrowing(
        new TreeSet<>(texts(ask, "scopes")),
        texts(ask, "audiences"),
        Optional.ofNullable(ask.getString("target")),
        Optional.ofNullable(ask.getString("ticket")),
        ask.getJsonObject("inputs", new JsonObject()).getMap());
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    if (!scopes.isEmpty()) {
      json.put("scopes", new JsonArray(List.copyOf(new TreeSet<>(scopes))));
    }
    if (!audiences.isEmpty()) {
      json.put("audiences", new JsonArray(audiences));
    }
    target.ifPresent(text -> json.put("target", text));
    ticket.ifPresent(text -> json.put("ticket", text));
    if (!inputs.isEmpty()) {
      json.put("inputs", new JsonObject(inputs));
    }
    return json;
  }

  /** The wish again, to be judged anew. */
  Wish wish(
      String role,
      Duration duration,
      String reason,
      Optional<Instant> start,
      Map<String, Fact> checks) {
    return new Wish(
        role,
        Optional.of(duration),
        reason,
        ticket,
        start,
        scopes,
        audiences,
        target,
        inputs,
        checks);
  }

  /**
   * The part of a grant with this narrowing that a wish asks for; empty when it asks for anything
   * that the grant does not give. What it leaves open is as in the grant.
   *
   * @param duration of the grant
   */
  Optional<Wish> partFor(Wish wish, Duration duration) {
    boolean inside =
        (scopes.isEmpty() || scopes.containsAll(wish.scopes()))
            && (audiences.isEmpty() || audiences.containsAll(wish.audiences()))
            && (wish.target().isEmpty() || wish.target().equals(target))
            && wish.inputs().entrySet().stream().allMatch(this::hasInput);
    return inside
        ? Optional.of(
            new Wish(
                wish.role(),
                wish.duration().or(() -> Optional.of(duration)),
                wish.reason(),
                wish.ticket().or(() -> ticket),
                wish.start(),
                wish.scopes().isEmpty() ? scopes : wish.scopes(),
                wish.audiences().isEmpty() ? audiences : wish.audiences(),
                target,
                inputs,
                wish.checks()))
        : Optional.empty();
  }

  /** Numbers come back from the database in another width. */
  private boolean hasInput(Map.Entry<String, Object> input) {
    return String.valueOf(inputs.get(input.getKey())).equals(input.getValue().toString());
  }

  private static List<String> texts(JsonObject ask, String name) {
    return ask.getJsonArray(name, new JsonArray()).stream().map(String.class::cast).toList();
  }
}
