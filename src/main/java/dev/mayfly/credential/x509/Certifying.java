package dev.mayfly.credential.x509;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.x509.AuthorityRows.Stored;
import dev.mayfly.key.RingName;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the certificates of the broker's own hierarchy have in common, whoever sees to them: their
 * names, where they are signed, and how they are recorded.
 */
@ApplicationScoped
class Certifying {

  private final Vertx vertx;
  private final AuditLog audit;
  private final InstantSource clock;
  private final X509Config config;

  Certifying(Vertx vertx, AuditLog audit, InstantSource clock, X509Config config) {
    this.vertx = vertx;
    this.audit = audit;
    this.clock = clock;
    this.config = config;
  }

  /**
   * What the audit says of one.
   *
   * @param key that it is about
   * @param issuer where that does not follow from its usage
   */
  record Said(String why, KeyId key, RingName ring, String usage, Optional<KeyId> issuer) {}

  CredentialId newId() {
    return new CredentialId(Uuids.unpredictable(clock));
  }

  /** A common name. */
  String name(String what) {
    return config.name() + " " + what;
  }

  /** A common name that says which of its keys this is. */
  String name(String what, KeyId key) {
    return name(what) + " " + key.value().substring(0, 8);
  }

  /** Signing may block: a root may be held elsewhere. */
  <T> Uni<T> signed(CredentialId id, Function<CredentialId, T> signing) {
    return vertx.executeBlocking(() -> signing.apply(id), false);
  }

  /** The row and its audit event, in the transaction of whoever made it. */
  Uni<Void> store(SqlConnection connection, Stored made, Said said) {
    return AuthorityRows.insert(connection, made).chain(() -> record(connection, made.id(), said));
  }

  /** The audit event alone, for one that is in no table. */
  Uni<Void> record(SqlConnection connection, CredentialId id, Said said) {
    JsonObject details =
        new JsonObject().put("ring", said.ring().toString()).put("usage", said.usage());
    said.issuer().ifPresent(issuer -> details.put("issuer", issuer.toString()));
    return audit.append(
        connection,
        new AuditEvent(
            "ca.certify",
            AuditEvent.Result.SUCCESS,
            "system:keys",
            said.why(),
            "key:" + said.key(),
            Optional.empty(),
            Optional.empty(),
            0, // no policy decides over keys
            "",
            details.put("certificate", id.toString())));
  }
}
