package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Elevations.Asking;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests for more time: the same again, to begin where a grant ends. A new decision under the
 * same rule, which must fall while that grant lives: later there would be a gap.
 */
@ApplicationScoped
public class Extensions {

  private final Database database;
  private final Wishes wishes;
  private final Filing filing;
  private final Activations activations;

  public Extensions(Database database, Wishes wishes, Filing filing, Activations activations) {
    this.database = database;
    this.wishes = wishes;
    this.filing = filing;
    this.activations = activations;
  }

  /** A grant to be extended, and how. */
  private record Longer(Asking asking, GrantId id, Duration duration, String reason) {

    Outcome<ElevationTables.Locked> present(Optional<ElevationTables.Locked> found) {
      return found
          .map(locked -> locked.ownedBy(asking.holder()).then(Longer::mayGrow))
          .orElseGet(
              () ->
                  Outcome.refused(new Refusal.NotFound("grant-unknown", "there is no such grant")));
    }

    private static Outcome<ElevationTables.Locked> mayGrow(ElevationTables.Locked present) {
      return !isLive(present)
              || present.requested().breakGlass()
              || present.grant().acting().isPresent()
          ? conflict(
              "grant-state",
              "only a live grant that was approved can be extended, and this one is %s"
                  .formatted(standing(present)))
          : Outcome.ok(present);
    }

    /** Boundary: at its very end it is over, whether or not the reaper has been there. */
    private static boolean isLive(ElevationTables.Locked present) {
      return present.grant().state() == GrantState.ACTIVE
          && present.grant().expiresAt().filter(present.now()::isBefore).isPresent();
    }

    private static String standing(ElevationTables.Locked present) {
      if (!isLive(present)) {
        GrantState state = present.grant().state();
        return (state == GrantState.ACTIVE ? GrantState.EXPIRED : state).name();
      }
      return present.grant().acting().isPresent() ? "an agent's" : "a break-glass";
    }

    Wish wish(ElevationTables.Locked present, Map<String, Fact> facts) {
      return Narrowing.of(present.requested().ask())
          .wish(present.grant().role(), duration, reason, Optional.empty(), facts);
    }
  }

  /** Asks for it. */
  public Uni<Outcome<Grant>> extend(Asking asking, GrantId id, Duration duration, String reason) {
    Longer longer = new Longer(asking, id, duration, reason);
    return hear(longer)
        .chain(
            heard ->
                database.inTransaction(
                    tx ->
                        Elevations.hold(tx, asking)
                            .chain(held -> held.thenUni(yes -> extend(tx, longer, heard)))));
  }

  /** What stands against it is for the transaction to say; here it only means not to ask. */
  private Uni<Map<String, Fact>> hear(Longer longer) {
    Asking asking = longer.asking();
    if (asking.policy().withChecks().isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return database
        .inTransaction(tx -> ElevationTables.look(tx, longer.id()))
        .chain(
            found ->
                longer
                    .present(found)
                    .thenUni(
                        present ->
                            wishes.informed(asking, List.of(longer.wish(present, Map.of())))))
        .map(
            heard ->
                heard instanceof Outcome.Ok<List<Wish>>(List<Wish> informed)
                    ? informed.getFirst().checks()
                    : Map.of());
  }

  private Uni<Outcome<Grant>> extend(SqlConnection tx, Longer longer, Map<String, Fact> heard) {
    return ElevationTables.lock(tx, longer.id())
        .map(longer::present)
        .chain(found -> found.thenUni(present -> noneOpen(tx, present)))
        .chain(
            found ->
                found
                    .then(present -> judge(longer, present, heard))
                    .thenUni(one -> file(tx, longer, one)))
        .chain(filed -> filed.thenUni(grant -> goOn(tx, longer, grant, heard)));
  }

  private static Uni<Outcome<ElevationTables.Locked>> noneOpen(
      SqlConnection tx, ElevationTables.Locked present) {
    return ElevationTables.hasOpenExtension(tx, present.grant().id())
        .map(
            open ->
                open
                    ? conflict("extension-open", "an extension of this grant waits already")
                    : Outcome.ok(present));
  }

  private Outcome<Filing.Assessed> judge(
      Longer longer, ElevationTables.Locked present, Map<String, Fact> heard) {
    return wishes
        .judge(longer.asking(), List.of(longer.wish(present, heard)))
        .then(one -> extendable(one.getFirst(), present));
  }

  /**
   * What is left and what is added must not be more than one grant may be: asked again and again
   * while its condition holds, it would otherwise reach as far as one likes (rule 4).
   */
  private static Outcome<Filing.Assessed> extendable(
      Filing.Assessed one, ElevationTables.Locked present) {
    if (!one.rules().extendable()) {
      return Outcome.refused(
          new Refusal.Forbidden(
              "not-extendable", "a grant of this role cannot be extended: request it anew"));
    }
    Instant end = present.grant().expiresAt().orElseThrow().plus(one.assessment().duration());
    return end.isAfter(present.now().plus(one.rules().longest()))
        ? conflict(
            "too-early",
            "with what is left it would be longer than this role may be: extend it later")
        : Outcome.ok(one);
  }

  private Uni<Outcome<Grant>> file(SqlConnection tx, Longer longer, Filing.Assessed one) {
    return filing.file(tx, longer.asking(), one, Filing.Links.extending(longer.id()), List.of());
  }

  private Uni<Outcome<Grant>> goOn(
      SqlConnection tx, Longer longer, Grant filed, Map<String, Fact> heard) {
    return activations.activateIfApproved(tx, longer.asking(), filed, heard);
  }

  private static <T> Outcome<T> conflict(String code, String say) {
    return Outcome.refused(new Refusal.Conflict(code, say));
  }
}
