package dev.mayfly.http.admin;

import dev.mayfly.audit.AuditQueries;
import dev.mayfly.credential.CredentialQueries;
import dev.mayfly.identity.IdentityQueries;
import dev.mayfly.key.KeyQueries;
import dev.mayfly.policy.PolicyQueries;
import dev.mayfly.revocation.Revocation;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code /v1}, field by field: what rooms call their things may change, this may not.
 * What is absent is left out.
 */
public final class Wire {

  private Wire() {}

  /** A page of a listing; {@code next} goes into {@code after}. */
  public record Listing<T>(List<T> items, Optional<String> next) {
    public static <T> Listing<T> of(dev.mayfly.store.Page<T> page) {
      return new Listing<>(page.items(), page.next());
    }
  }

  record Credential(
      String id,
      String grant,
      String identity,
      String kind,
      String kid,
      List<String> audience,
      String scope,
      Instant issuedAt,
      Instant expiresAt,
      String list,
      int listIndex,
      String state) {
    static Credential of(CredentialQueries.Listed listed) {
      return new Credential(
          listed.id().toString(),
          listed.grant().toString(),
          listed.identity(),
          listed.kind(),
          listed.key().value(),
          List.of(listed.audience().split(" ", -1)),
          listed.scope(),
          listed.issuedAt(),
          listed.expiresAt(),
          listed.list().toString(),
          listed.listIndex(),
          listed.state().name());
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
    static Identity of(IdentityQueries.Listed found) {
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
    static Key of(KeyQueries.Listed found) {
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

  public record AuditEvent(
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
    public static AuditEvent of(AuditQueries.Listed found) {
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
    static Policy of(PolicyQueries.Listed found) {
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

  /** A successor that is published from now on. */
  record Prepared(String kid) {}

  /** What an operator sends when the path says what to do: why. */
  record Because(@Nullable String reason) {

    /** The reason; empty, and so refused by whoever checks it, when there is none. */
    static String of(@Nullable Because sent) {
      return sent == null || sent.reason() == null ? "" : sent.reason();
    }
  }

  /** An identity and where it stands by now. */
  record Moved(String id, String state) {}

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
