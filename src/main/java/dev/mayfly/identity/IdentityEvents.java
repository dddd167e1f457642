package dev.mayfly.identity;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditEvent.Result;
import dev.mayfly.store.IdentityId;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** The audit events of identities: one for every change of a row (rule 8). */
final class IdentityEvents {

  private IdentityEvents() {}

  static AuditEvent created(IdentityId id, Description as) {
    return told("identity.create", as.cause(), id, as);
  }

  static AuditEvent described(IdentityId id, Description as) {
    return told("identity.describe", "policy changed", id, as);
  }

  static AuditEvent moved(
      IdentityId id, IdentityState to, Identities.Mover mover, long policyVersion) {
    String action =
        switch (to) {
          case ACTIVE -> "identity.resume";
          case SUSPENDED -> "identity.suspend";
          case RETIRED -> "identity.retire";
        };
    return new AuditEvent(
        action,
        Result.SUCCESS,
        mover.actor(),
        mover.cause(),
        "identity:" + id,
        Optional.of(id),
        Optional.empty(),
        policyVersion,
        mover.requestId(),
        new JsonObject());
  }

  private static AuditEvent told(
      String action, String cause, IdentityId id, Description description) {
    return new AuditEvent(
        action,
        Result.SUCCESS,
        description.actor(),
        cause,
        "identity:" + id,
        Optional.of(id),
        Optional.empty(),
        description.policyVersion(),
        "",
        description.forAudit());
  }
}
