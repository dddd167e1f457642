package dev.mayfly.credential.x509;

import dev.mayfly.credential.x509.AuthorityRows.Stored;
import dev.mayfly.credential.x509.AuthorityRows.Usage;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sees to it that every authority has a responder: the ACTIVE key of the OCSP ring, with a
 * certificate signed by that authority, made anew in the middle of its life. Every node looks; the
 * row of the authority's certificate decides who makes it, in the transaction that stores it (rule
 * 2). A tainted authority goes on having one: it says what it has signed is revoked, and no more.
 */
@ApplicationScoped
class ResponderKeeper {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final Database database;
  private final KeyRings rings;
  private final Authorities authorities;
  private final Responders responders;
  private final Certifying certifying;
  private final InstantSource clock;

  ResponderKeeper(
      Database database,
      KeyRings rings,
      Authorities authorities,
      Responders responders,
      Certifying certifying,
      InstantSource clock) {
    this.database = database;
    this.rings = rings;
    this.authorities = authorities;
    this.responders = responders;
    this.certifying = certifying;
    this.clock = clock;
  }

  /** After the authorities. */
  void start(@Observes @Priority(Node.STARTS + 30) StartupEvent event) {
    look().await().atMost(START_LIMIT);
  }

  @Scheduled(
      identity = "responders",
      every = "2s",
      delayed = "3s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> look() {
    return responders
        .refresh()
        .chain(
            () ->
                Multi.createFrom()
                    .items(this::due)
                    .onItem()
                    .transformToUniAndConcatenate(this::make)
                    .collect()
                    .asList())
        .replaceWithVoid();
  }

  /** One certificate to be made. */
  private record Due(
      Authority issuer, SigningKey issuing, RingKey key, Instant expiresAt, Instant enough) {}

  private Stream<Due> due() {
    Optional<RingName> ring = rings.first(RingName.OCSP);
    Optional<Duration> longest = ring.flatMap(rings::longest);
    Optional<RingKey> active =
        rings.keys(RingName.OCSP).stream()
            .filter(key -> key.state() == KeyState.ACTIVE && ring.equals(Optional.of(key.ring())))
            .findFirst();
    return longest.isEmpty() || active.isEmpty()
        ? Stream.empty()
        : authorities.all().stream().flatMap(each -> due(each, active.get(), longest.get()));
  }

  /** In the middle of its life; one that cannot live longer because of its signer is left alone. */
  private Stream<Due> due(Authority issuer, RingKey key, Duration longest) {
    Instant now = clock.instant();
    Instant furthest =
        issuer.notAfter().isBefore(key.notAfter()) ? issuer.notAfter() : key.notAfter();
    Instant expiresAt = earlier(now.plus(longest), furthest);
    Instant enough = earlier(now.plus(longest.dividedBy(2)), furthest);
    boolean present =
        responders
            .of(issuer.key(), key.id())
            .filter(one -> !one.notAfter().isBefore(enough))
            .isPresent();
    return present || !now.isBefore(expiresAt)
        ? Stream.empty()
        : rings
            .signing(issuer.key())
            .or(() -> rings.forLists(issuer.key()))
            .map(issuing -> new Due(issuer, issuing, key, expiresAt, enough))
            .stream();
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private Uni<Void> make(Due due) {
    return database
        .inTransaction(
            connection ->
                ResponderRows.lockIfLacking(
                        connection, due.key().id(), due.issuer().key(), due.enough())
                    .chain(lacking -> lacking ? make(connection, due) : nothing()))
        .chain(responders::refresh);
  }

  private Uni<Void> make(SqlConnection connection, Due due) {
    return certifying
        .signed(certifying.newId(), id -> certificate(id, due))
        .chain(made -> certifying.store(connection, made, said(due)));
  }

  private Stored certificate(CredentialId id, Due due) {
    Instant now = clock.instant();
    CertificateTemplate template =
        CertificateTemplate.ofHierarchy(
            CertificateTemplate.serial(id),
            new Purpose.OcspResponder(),
            certifying.name("OCSP", due.key().id()),
            SubjectKey.ofAuthority(due.key().publicKey()),
            now,
            due.expiresAt(),
            Pointers.NONE);
    byte[] der = CertificateSigning.sign(template, due.issuer().issuer(), due.issuing());
    return new Stored(
        id,
        due.key().id(),
        Usage.OCSP,
        Optional.of(due.issuer().key()),
        der,
        new byte[0],
        due.expiresAt(),
        Optional.empty());
  }

  private static Certifying.Said said(Due due) {
    return new Certifying.Said(
        "the authority's responder has none for long enough",
        due.key().id(),
        due.key().ring(),
        "ocsp",
        Optional.of(due.issuer().key()));
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }
}
