package dev.mayfly.http.admin;

import dev.mayfly.audit.AuditSearch;
import dev.mayfly.identity.IdentitySearch;
import dev.mayfly.key.KeySearch;
import dev.mayfly.policy.ActivePolicy;
import dev.mayfly.revocation.Revocation;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON of {@code /v1}, field by field: what rooms call their things may change, this may not.
 * What is absent is left out.
 */
final class Wire {

  private Wire() {}

  /** A page of a listing; {@code next} goes into {@code after}. */
  record Listing<T>(List<T> items, Optional<String> next) {
    static <T> Listing<T> of(dev.mayfly.store.Page<T> page) {
      return new Listing<>(page.items(), page.next());
    }
  }

  record Identity(
      String id,
      String name,
      String kind,
      String entry,
      String owner,
      String environment,
      String state,
      Instant reviewAt,
      Instant mintUntil,
      boolean reviewDue,
      Instant createdAt,
      Instant changedAt) {
    static Identity of(IdentitySearch.Found found) {
      return new Identity(
          found.id().toString(),
          found.name(),
          found.kind(),
          found.entry(),
          found.owner(),
          found.environment(),
          found.state().name(),
          found.reviewAt(),
          found.mintUntil(),
          found.reviewDue(),
          found.createdAt(),
          found.changedAt());
    }
  }

  record Key(
      String kid,
      String ring,
      String alg,
      String state,
      Instant preparedAt,
      Optional<Instant> activatedAt,
      Instant notAfter,
      Optional<Instant> retiringAt,
      Optional<Instant> retiredAt,
      Optional<Instant> taintedAt,
      Optional<Instant> removedAt) {
    static Key of(KeySearch.Found found) {
      return new Key(
          found.id().value(),
          found.ring(),
          found.alg(),
          found.state(),
          found.preparedAt(),
          found.activatedAt(),
          found.notAfter(),
          found.retiringAt(),
          found.retiredAt(),
          found.taintedAt(),
          found.removedAt());
    }
  }

  record AuditEvent(
      String id,
      Instant at,
      String action,
      String outcome,
      String actor,
      String cause,
      String subject,
      Optional<String> identity,
      Optional<String> grant,
      long policyVersion,
      String requestId,
      Map<String, Object> detail) {
    static AuditEvent of(AuditSearch.Found found) {
      var event = found.event();
      return new AuditEvent(
          found.id().toString(),
          found.at(),
          event.action(),
          event.result().name(),
          event.actor(),
          event.cause(),
          event.subject(),
          event.identity().map(IdentityId::toString),
          event.grant().map(GrantId::toString),
          event.policyVersion(),
          event.requestId(),
          event.detail().getMap());
    }
  }

  record Policy(
      long version, String sha256, Instant activatedAt, String activatedBy, String document) {
    static Policy of(ActivePolicy.Found found) {
      return new Policy(
          found.version(),
          found.sha256(),
          found.activatedAt(),
          found.activatedBy(),
          found.document());
    }
  }

  /**
   * A revocation; {@code listedAt} when a publication carried it, {@code everywhereAt} when every
   * live node served that.
   */
  record Revoked(
      String id,
      Instant at,
      String scope,
      String target,
      String by,
      String reason,
      Optional<Instant> listedAt,
      Optional<Instant> everywhereAt) {
    static Revoked of(Revocation revocation) {
      return new Revoked(
          revocation.id().toString(),
          revocation.at(),
          revocation.target().scope().word(),
          revocation.target().id(),
          revocation.byWhom(),
          revocation.reason(),
          revocation.listedAt(),
          revocation.everywhereAt());
    }
  }

  /** What an operator sends to revoke. */
  record Revoke(String scope, String target, String reason) {}

  /** This broker, as monitoring and people want to know it. */
  record Info(
      String version,
      String issuer,
      String node,
      String nodeName,
      String cryptoProvider,
      long policyVersion,
      String database) {}
}
