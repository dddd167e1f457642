package dev.mayfly.grant;

import dev.mayfly.policy.Stage;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What somebody asks for and somebody else decides.
 *
 * @param identity who is to hold it
 * @param requestedBy who asks: the holder, or somebody on their behalf
 * @param duration how long the grant lives once active
 * @param startsAt not before this; at once when absent
 * @param authorityEndsAt where the entitlement ends
 * @param ask ticket, inputs and narrowing, as asked ({@link Narrowing})
 * @param bundle what was asked for together
 * @param extending the grant whose end is this one's start
 * @param clocks how long it may wait, and lie idle
 * @param escalation who else may decide when nobody has for so long
 * @param acting present where the identity is an agent
 * @param reviewWithin present for a break-glass: its review is due so long after it was taken
 */
public record GrantRequest(
    IdentityId identity,
    IdentityId requestedBy,
    String role,
    String reason,
    Duration duration,
    Optional<Instant> startsAt,
    Instant authorityEndsAt,
    JsonObject ask,
    Optional<UUID> bundle,
    Optional<GrantId> extending,
    Clocks clocks,
    Optional<Stage.Escalation> escalation,
    Optional<Duration> reviewWithin,
    Optional<Acting> acting,
    long policyVersion) {

  /**
   * What an agent's request says beside that.
   *
   * @param person who it acts for
   * @param session whose end is its end
   * @param partOf the person's own grant that it is a part of
   */
  public record Acting(IdentityId person, String task, GrantId session, Optional<GrantId> partOf) {}

  /**
   * The role's own clocks; absent where the broker's count.
   *
   * @param request how long the request may wait for its decision
   * @param approval how long the approval may wait for its activation
   * @param idle how long the grant may lie unused
   */
  public record Clocks(
      Optional<Duration> request, Optional<Duration> approval, Optional<Duration> idle) {
    public static final Clocks USUAL =
        new Clocks(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The plainest request: for oneself, one role, nothing narrowed. */
  public static GrantRequest of(
      IdentityId identity,
      String role,
      String reason,
      Duration duration,
      Optional<Instant> startsAt,
      Instant authorityEndsAt,
      long policyVersion) {
    return new GrantRequest(
        identity,
        identity,
        role,
        reason,
        duration,
        startsAt,
        authorityEndsAt,
        new JsonObject(),
        Optional.empty(),
        Optional.empty(),
        Clocks.USUAL,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        policyVersion);
  }
}
