package dev.mayfly.identity;

import dev.mayfly.policy.Agent;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.store.IdentityId;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * An identity as one version of the policy describes it: what its row says beside its state.
 *
 * @param actor who makes it known here: itself by a proof, or who names it
 * @param cause why it is known from now on
 * @param mintUntil the review date plus the policy's grace: from then on nothing is minted
 */
record Description(
    String name,
    String actor,
    String cause,
    IdentityEntry entry,
    Instant mintUntil,
    long policyVersion) {

  static Description of(Proven proven, CompiledPolicy policy) {
    return of(proven.name(), proven.entry(), proven.name(), "first proof", policy);
  }

  static Description of(Agent agent, String by, CompiledPolicy policy) {
    return of(agent.name(), agent.entry(), by, "named in a request", policy);
  }

  private static Description of(
      String name, IdentityEntry entry, String actor, String cause, CompiledPolicy policy) {
    Instant mintUntil = entry.reviewAt().plus(policy.policy().ceilings().reviewGrace());
    return new Description(name, actor, cause, entry, mintUntil, policy.version());
  }

  Tuple forFind() {
    return describe(Tuple.tuple().addString(name));
  }

  Tuple forCreate(IdentityId id) {
    return describe(Tuple.tuple().addUUID(id.value()).addString(name));
  }

  /** Only the row as it was read, and only by the newest policy. */
  Tuple forDescribe(IdentityId id, int version) {
    return describe(Tuple.tuple().addUUID(id.value()).addInteger(version)).addLong(policyVersion);
  }

  JsonObject forAudit() {
    return new JsonObject()
        .put("name", name)
        .put("entry", entry.id())
        .put("owner", entry.owner())
        .put("environment", entry.environment())
        .put("reviewAt", entry.reviewAt().toString());
  }

  private Tuple describe(Tuple tuple) {
    return tuple
        .addString(entry.kind().name())
        .addString(entry.id())
        .addString(entry.owner())
        .addString(entry.environment())
        .addOffsetDateTime(utc(entry.reviewAt()))
        .addOffsetDateTime(utc(mintUntil));
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
