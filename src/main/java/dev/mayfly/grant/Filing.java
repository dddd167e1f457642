package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.BreakGlass;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Stage;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Writes one request that the policy has judged, if nothing that is held stands against it; and
 * where the policy itself approves, that decision. Part of a transaction that holds policy and
 * person.
 */
@ApplicationScoped
public class Filing {

  private static final String BY_POLICY = "system:policy";
  private static final String BREAK_GLASS = "system:break-glass";

  private final GrantRequests requests;
  private final GrantMachine machine;
  private final Activations activations;
  private final InstantSource clock;

  public Filing(
      GrantRequests requests, GrantMachine machine, Activations activations, InstantSource clock) {
    this.requests = requests;
    this.machine = machine;
    this.activations = activations;
    this.clock = clock;
  }

  /** What a request belongs to. */
  record Links(Optional<UUID> bundle, Optional<GrantId> extending, Optional<GrantId> partOf) {
    static final Links NONE = new Links(Optional.empty(), Optional.empty(), Optional.empty());

    static Links bundle(UUID bundle) {
      return new Links(Optional.of(bundle), Optional.empty(), Optional.empty());
    }

    static Links extending(GrantId present) {
      return new Links(Optional.empty(), Optional.of(present), Optional.empty());
    }

    static Links partOf(GrantId whole) {
      return new Links(Optional.empty(), Optional.empty(), Optional.of(whole));
    }
  }

  /** A wish, with what the policy says to it. */
  record Assessed(Wish wish, Assessment assessment) {
    RequestRules rules() {
      return Judgement.rules(assessment.role());
    }

    String role() {
      return assessment.role().id();
    }
  }

  /**
   * Files one.
   *
   * @param together the roles that are asked for in the same breath
   */
  Uni<Outcome<Grant>> file(
      SqlConnection tx,
      Elevations.Asking asking,
      Assessed one,
      Links links,
      List<String> together) {
    return compatible(tx, asking, one, together)
        .chain(free -> free.thenUni(yes -> noOverdueReview(tx, asking, one)))
        .chain(
            clear ->
                clear.thenUni(
                    yes ->
                        requests
                            .file(
                                tx,
                                request(asking, one, links),
                                asking.because("asked").resting(one.assessment()),
                                asked(one))
                            .chain(id -> decideByPolicy(tx, asking, one, links, id))));
  }

  /** Whether the policy's word is all it takes, and its holder wants it now. */
  static boolean beginsAtOnce(Elevations.Asking asking, Assessed one) {
    return one.assessment().autoApproved()
        && asking.manner() == Elevations.Manner.ORDINARY
        && asking.agent().isEmpty()
        && !asking.onBehalf()
        && one.wish().start().isEmpty();
  }

  /** Files and begins one that {@link #beginsAtOnce}. */
  Uni<Outcome<Grant>> fileBegun(SqlConnection tx, Elevations.Asking asking, Assessed one) {
    AtOnce.Steps steps =
        new AtOnce.Steps(
            asking.because("asked").resting(one.assessment()),
            byPolicy(asking, one),
            asking.because(Activations.BY_HOLDER).resting(one.assessment()));
    return compatible(tx, asking, one, List.of())
        .chain(
            free ->
                free.thenUni(
                    yes ->
                        requests.fileBegun(
                            tx, request(asking, one, Links.NONE), steps, asked(one))));
  }

  private static Because byPolicy(Elevations.Asking asking, Assessed one) {
    return new Because(BY_POLICY, "the role's conditions approve", asking.requestId())
        .resting(one.assessment());
  }

  private GrantRequest request(Elevations.Asking asking, Assessed one, Links links) {
    RequestRules rules = one.rules();
    Optional<Duration> review =
        asking.manner() == Elevations.Manner.BREAK_GLASS
            ? rules.breakGlass().map(BreakGlass::within)
            : Optional.empty();
    return new GrantRequest(
        asking.agent().map(Delegations.Acting::id).orElse(asking.holder().id()),
        asking.asker().id(),
        one.role(),
        one.wish().reason(),
        one.assessment().duration(),
        one.wish().start(),
        one.assessment().authorityEndsAt(),
        Narrowing.of(one).json(),
        links.bundle(),
        links.extending(),
        new GrantRequest.Clocks(rules.requestWaits(), rules.approvalWaits(), rules.idle()),
        rules.stages().stream().findFirst().flatMap(Stage::escalation),
        review,
        asking
            .agent()
            .map(
                agent ->
                    new GrantRequest.Acting(
                        asking.holder().id(),
                        agent.task(),
                        asking.holder().session(),
                        links.partOf())),
        asking.policy().version());
  }

  /** Held together with this one; an extension's own role is no other. */
  private Uni<Outcome<Boolean>> compatible(
      SqlConnection tx, Elevations.Asking asking, Assessed one, List<String> together) {
    if (asking.policy().excluded(one.role()).isEmpty()) {
      return Uni.createFrom().item(Outcome.ok(true)); // whatever they hold
    }
    return ElevationTables.heldRoles(tx, asking.holder().id(), ElevationTables.NO_GRANT, false)
        .map(
            held -> {
              TreeSet<String> all = new TreeSet<>(held);
              all.addAll(together);
              return new Judgement(asking.policy(), clock.instant()).compatible(one.role(), all);
            });
  }

  private static Uni<Outcome<Boolean>> noOverdueReview(
      SqlConnection tx, Elevations.Asking asking, Assessed one) {
    if (asking.manner() != Elevations.Manner.BREAK_GLASS) {
      return Uni.createFrom().item(Outcome.ok(true));
    }
    return ElevationTables.hasOverdueReview(tx, asking.holder().id(), one.role())
        .map(
            overdue ->
                overdue
                    ? Outcome.refused(
                        new Refusal.Forbidden(
                            "review-overdue",
                            "an earlier break-glass of yours or of this role waits for its overdue review"))
                    : Outcome.ok(true));
  }

  private Uni<Outcome<Grant>> decideByPolicy(
      SqlConnection tx, Elevations.Asking asking, Assessed one, Links links, GrantId id) {
    if (links.partOf().isPresent()) {
      Because held = new Because(BY_POLICY, "part of what its person holds", asking.requestId());
      return machine.move(tx, id, Move.APPROVE, held);
    }
    if (asking.manner() == Elevations.Manner.BREAK_GLASS) {
      Because glass =
          new Because(BREAK_GLASS, "break-glass: " + one.wish().reason(), asking.requestId())
              .resting(one.assessment());
      return machine
          .move(tx, id, Move.APPROVE, glass)
          .chain(
              moved ->
                  moved.thenUni(
                      grant ->
                          activations.activate(
                              tx,
                              new Activations.Start(
                                  id,
                                  asking.holder(),
                                  asking.policy(),
                                  asking.requestId(),
                                  one.wish().checks()))));
    }
    if (one.assessment().autoApproved()) {
      return machine.move(tx, id, Move.APPROVE, byPolicy(asking, one));
    }
    return ElevationTables.lock(tx, id)
        .map(found -> Outcome.ok(found.map(ElevationTables.Locked::grant).orElseThrow()));
  }

  /** Who is asked, or who was skipped, for the message. */
  private static JsonObject asked(Assessed one) {
    JsonArray stages = new JsonArray();
    for (Stage stage : one.assessment().stages()) {
      stages.add(stage.rule().text());
    }
    return new JsonObject()
        .put("stages", stages)
        .put("owner", one.assessment().role().owner())
        .put("duration", one.assessment().duration().toString());
  }
}
