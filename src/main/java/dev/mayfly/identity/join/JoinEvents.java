package dev.mayfly.identity.join;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditEvent.Result;
import dev.mayfly.store.JoinTokenId;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** The audit events of join tokens: made, used, refused, withdrawn (rule 8). */
final class JoinEvents {

  private JoinEvents() {}

  static AuditEvent made(JoinTokenId id, JoinRequest request, long policyVersion) {
    JsonObject attributes = new JsonObject();
    request.attributes().forEach(attributes::put);
    return event(
        "join-token.create",
        Result.SUCCESS,
        new Told(id, request.identity(), request.actor(), request.reason(), request.requestId()),
        policyVersion,
        new JsonObject()
            .put("identity", request.identity())
            .put("attributes", attributes)
            .put("seconds", request.ttl().toSeconds()));
  }

  static AuditEvent used(Told told, long policyVersion) {
    return event("join-token.use", Result.SUCCESS, told, policyVersion, detail(told));
  }

  static AuditEvent refused(Told told, long policyVersion) {
    return event("join-token.refuse", Result.DENIED, told, policyVersion, detail(told));
  }

  static AuditEvent withdrawn(Told told, long policyVersion) {
    return event("join-token.withdraw", Result.SUCCESS, told, policyVersion, detail(told));
  }

  /**
   * What an event tells of a token.
   *
   * @param identity the SPIFFE ID that it proves
   */
  record Told(JoinTokenId id, String identity, String actor, String cause, String requestId) {}

  private static JsonObject detail(Told told) {
    return new JsonObject().put("identity", told.identity());
  }

  private static AuditEvent event(
      String action, Result result, Told told, long policyVersion, JsonObject detail) {
    return new AuditEvent(
        action,
        result,
        told.actor(),
        told.cause(),
        "join-token:" + told.id(),
        Optional.empty(),
        Optional.empty(),
        policyVersion,
        told.requestId(),
        detail);
  }
}
