package dev.mayfly.credential.x509;

import dev.mayfly.MayflyConfig;
import dev.mayfly.credential.x509.AuthorityRows.Stored;
import dev.mayfly.credential.x509.AuthorityRows.Usage;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Sees to it that every key of a certificate authority has its certificate before it is used: the
 * root's own, and those of the issuing keys as soon as they are PREPARED. Every node looks; the row
 * of the key decides who makes it. A certificate is stored in the transaction that makes it, so
 * none was ever out that the table does not know (rule 2).
 */
@ApplicationScoped
class AuthorityKeeper {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final Database database;
  private final KeyRings rings;
  private final Authorities authorities;
  private final Certifying certifying;
  private final InstantSource clock;
  private final X509Config config;
  private final String issuer;

  AuthorityKeeper(
      Database database,
      KeyRings rings,
      Authorities authorities,
      Certifying certifying,
      InstantSource clock,
      X509Config config,
      MayflyConfig mayfly) {
    this.database = database;
    this.rings = rings;
    this.authorities = authorities;
    this.certifying = certifying;
    this.clock = clock;
    this.config = config;
    this.issuer = mayfly.issuer();
  }

  /** After the keys: what could be issued at once is. */
  void start(@Observes @Priority(Node.STARTS + 20) StartupEvent event) {
    look().await().atMost(START_LIMIT);
  }

  @Scheduled(
      identity = "authorities",
      every = "2s",
      delayed = "2s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> look() {
    return authorities
        .refresh()
        .chain(() -> config.root() == X509Config.Root.SELF ? roots() : nothing())
        .chain(this::issuing);
  }

  private Uni<Void> roots() {
    return each(
        lacking(RingName.ROOT).stream()
            .filter(key -> authorities.root(key.id()).isEmpty())
            .toList(),
        key -> rings.signing(key.id()).map(signing -> root(key, signing)).orElseGet(this::nothing));
  }

  private Uni<Void> issuing() {
    Optional<SigningKey> root = rings.first(RingName.ROOT).flatMap(rings::active);
    Optional<Authority> above = root.flatMap(key -> authorities.root(key.id()));
    return above.isEmpty()
        ? nothing()
        : each(
            lacking(RingName.X509).stream()
                .filter(key -> authorities.issuing(key.id()).isEmpty())
                // Nothing below ends later than what is above it (rule 4).
                .filter(key -> !key.notAfter().isAfter(above.get().notAfter()))
                .toList(),
            key -> issuing(key, root.get(), above.get()));
  }

  private List<RingKey> lacking(String purpose) {
    Instant now = clock.instant();
    return rings.keys(purpose).stream()
        .filter(key -> key.state() != KeyState.TAINTED && now.isBefore(key.notAfter()))
        .toList();
  }

  private Uni<Void> root(RingKey key, SigningKey signing) {
    return make(
        key,
        Usage.ROOT,
        connection -> Uni.createFrom().item(true),
        connection ->
            AuthorityRows.openList(connection, key.id(), issuer)
                .chain(
                    () ->
                        signed(
                            id ->
                                stored(
                                    id,
                                    key,
                                    Usage.ROOT,
                                    Optional.of(key.id()),
                                    CertificateSigning.selfSigned(
                                        template(id, key, Purpose.Authority.ROOT, Pointers.NONE),
                                        signing.alg(),
                                        signing::sign),
                                    Optional.empty()))));
  }

  private Uni<Void> issuing(RingKey key, SigningKey root, Authority above) {
    return make(
        key,
        Usage.ISSUING,
        connection -> Hierarchy.vouches(connection, root.id()),
        connection ->
            AuthorityRows.listOf(connection, root.id())
                .chain(
                    list ->
                        signed(
                            id -> {
                              Pointers pointers =
                                  new Pointers(
                                      Optional.of(list.uri()),
                                      Optional.of(issuer + "/ocsp"),
                                      Optional.of(issuer + "/ca/" + root.id().value() + ".cer"));
                              byte[] der =
                                  CertificateSigning.sign(
                                      template(id, key, Purpose.Authority.ISSUING, pointers),
                                      above.issuer(),
                                      root);
                              return stored(
                                  id,
                                  key,
                                  Usage.ISSUING,
                                  Optional.of(root.id()),
                                  der,
                                  Optional.of(list.id()));
                            })));
  }

  private CertificateTemplate template(
      CredentialId id, RingKey key, Purpose purpose, Pointers pointers) {
    return CertificateTemplate.ofHierarchy(
        CertificateTemplate.serial(id),
        purpose,
        purpose.equals(Purpose.Authority.ROOT)
            ? rootName(key)
            : certifying.name("Issuing CA", key.id()),
        SubjectKey.ofAuthority(key.publicKey()),
        clock.instant(),
        key.notAfter(),
        pointers);
  }

  /** The common name of a root, whoever signs its certificate. */
  String rootName(RingKey key) {
    return certifying.name("Root", key.id());
  }

  private static Stored stored(
      CredentialId id,
      RingKey key,
      Usage usage,
      Optional<KeyId> signedBy,
      byte[] der,
      Optional<Long> list) {
    return new Stored(id, key.id(), usage, signedBy, der, new byte[0], key.notAfter(), list);
  }

  private Uni<Stored> signed(Function<CredentialId, Stored> signing) {
    return certifying.signed(certifying.newId(), signing);
  }

  /** The root's row is locked before the key's, as by who takes both back. */
  private Uni<Void> make(
      RingKey key,
      Usage usage,
      Function<SqlConnection, Uni<Boolean>> vouched,
      Function<SqlConnection, Uni<Stored>> making) {
    return database
        .inTransaction(
            connection ->
                vouched
                    .apply(connection)
                    .chain(
                        good ->
                            good
                                ? AuthorityRows.lockIfLacking(connection, key.id(), usage)
                                : Uni.createFrom().item(false))
                    .chain(
                        lacking ->
                            lacking
                                ? making
                                    .apply(connection)
                                    .chain(made -> store(connection, made, key))
                                : nothing()))
        .chain(authorities::refresh);
  }

  private Uni<Void> store(SqlConnection connection, Stored made, RingKey key) {
    var said =
        new Certifying.Said(
            "its key has none yet",
            made.key(),
            key.ring(),
            made.usage().name().toLowerCase(Locale.ROOT),
            Optional.empty());
    return certifying
        .store(connection, made, said)
        .chain(() -> made.usage() == Usage.ROOT ? AuthorityRows.countTrust(connection) : nothing());
  }

  private Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  private static Uni<Void> each(List<RingKey> keys, Function<RingKey, Uni<Void>> step) {
    return Multi.createFrom()
        .iterable(keys)
        .onItem()
        .transformToUniAndConcatenate(step::apply)
        .collect()
        .asList()
        .replaceWithVoid();
  }
}
