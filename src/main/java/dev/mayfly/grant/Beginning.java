package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.Assessment;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.Optional;
import java.util.TreeSet;

/** A grant about to become active: locked, and everything that made it approved asked anew. */
record Beginning(ElevationTables.Locked locked, Activations.Start start) {

  private static final String BREAK_GLASS = "system:break-glass";

  private Judgement judgement() {
    return new Judgement(start.policy(), locked.now());
  }

  Outcome<Assessment> assess() {
    return judgement().assess(start.holder(), locked, start.facts());
  }

  GrantId id() {
    return locked.grant().id();
  }

  String begun() {
    return locked.grant().acting().isPresent()
        ? "activated by who it acts for"
        : Activations.BY_HOLDER;
  }

  Because by(String actor, String cause) {
    return new Because(actor, cause, start.requestId());
  }

  /**
   * Whether it is still approved: by the policy, as a part of what its person holds, by a
   * break-glass, or by people who have not lost the right since.
   */
  Uni<Boolean> counts(SqlConnection tx, Assessment assessment) {
    boolean byRule =
        assessment.autoApproved()
            || locked.grant().acting().flatMap(Grant.Acting::partOf).isPresent()
            || locked.grant().decidedBy().equals(Optional.of(BREAK_GLASS));
    return byRule
        ? Uni.createFrom().item(true)
        : judgement()
            .progress(tx, assessment, start.holder(), locked)
            .map(ApprovalProgress::satisfied);
  }

  /** With what the holder has active beside it. */
  Uni<Outcome<Boolean>> compatible(SqlConnection tx) {
    return ElevationTables.heldRoles(tx, start.holder().id(), id(), true)
        .map(held -> judgement().compatible(locked.grant().role(), new TreeSet<>(held)));
  }
}
