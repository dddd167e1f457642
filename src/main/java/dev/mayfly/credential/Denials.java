package dev.mayfly.credential;

import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.UsedAssertions;
import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Records that a proven identity was told no. The assertion it showed is used up by that, as it
 * would be by a yes. Strangers leave no row: they would be able to fill the disk.
 */
@ApplicationScoped
public class Denials {

  private final Database database;
  private final AuditLog audit;
  private final UsedAssertions usedAssertions;

  public Denials(Database database, AuditLog audit, UsedAssertions usedAssertions) {
    this.database = database;
    this.audit = audit;
    this.usedAssertions = usedAssertions;
  }

  /** Gives back the refusal to answer with: the one given, or that the assertion was replayed. */
  Uni<Refusal> record(
      MintRequest request, boolean assertionUsed, long policyVersion, Refusal refusal) {
    Proven proven = request.proven();
    Uni<Boolean> fresh =
        assertionUsed || proven.assertionKey().isEmpty()
            ? Uni.createFrom().item(true)
            : usedAssertions.use(proven.assertionKey().get(), proven.assertionUntil());
    return fresh.chain(
        first ->
            first
                ? tell(request, policyVersion, refusal)
                : Uni.createFrom().item(replayed(proven)));
  }

  static Refusal replayed(Proven proven) {
    return new Refusal.Unauthenticated(
        "assertion-replayed", "the assertion of " + proven.name() + " was used before");
  }

  private Uni<Refusal> tell(MintRequest request, long policyVersion, Refusal refusal) {
    AuditEvent event =
        new AuditEvent(
            "credential.deny",
            AuditEvent.Result.DENIED,
            request.proven().name(),
            refusal.code(),
            "identity:" + request.proven().name(),
            Optional.empty(),
            Optional.empty(),
            policyVersion,
            request.requestId(),
            detail(request, refusal));
    return database.inTransaction(tx -> audit.append(tx, event)).replaceWith(refusal);
  }

  private static JsonObject detail(MintRequest request, Refusal refusal) {
    JsonObject detail = new JsonObject().put("why", refusal.why());
    request
        .onBehalf()
        .ifPresent(who -> detail.put("actsFor", who.person().name()).put("task", who.task()));
    return detail;
  }
}
