package dev.mayfly.credential.x509;

import dev.mayfly.MayflyConfig;
import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
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
import dev.mayfly.store.Uuids;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
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
  private final Vertx vertx;
  private final KeyRings rings;
  private final Authorities authorities;
  private final AuditLog audit;
  private final InstantSource clock;
  private final X509Config config;
  private final String issuer;

  AuthorityKeeper(
      Database database,
      Vertx vertx,
      KeyRings rings,
      Authorities authorities,
      AuditLog audit,
      InstantSource clock,
      X509Config config,
      MayflyConfig mayfly) {
    this.database = database;
    this.vertx = vertx;
    this.rings = rings;
    this.authorities = authorities;
    this.audit = audit;
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
                        off(
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
                        off(
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
        purpose.equals(Purpose.Authority.ROOT) ? rootName(key) : name("Issuing CA", key),
        SubjectKey.ofAuthority(key.publicKey()),
        clock.instant(),
        key.notAfter(),
        pointers);
  }

  /** The common name of a root, whoever signs its certificate. */
  String rootName(RingKey key) {
    return name("Root", key);
  }

  private String name(String what, RingKey key) {
    return "%s %s %s".formatted(config.name(), what, key.id().value().substring(0, 8));
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

  /** Signing may block: a root may be held elsewhere. */
  private Uni<Stored> off(java.util.function.Function<CredentialId, Stored> making) {
    CredentialId id = new CredentialId(Uuids.unpredictable(clock));
    return vertx.executeBlocking(() -> making.apply(id), false);
  }

  /** The root's row is locked before the key's, as by who takes both back. */
  private Uni<Void> make(
      RingKey key,
      Usage usage,
      java.util.function.Function<SqlConnection, Uni<Boolean>> vouched,
      java.util.function.Function<SqlConnection, Uni<Stored>> making) {
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
    return AuthorityRows.insert(connection, made)
        .chain(() -> made.usage() == Usage.ROOT ? AuthorityRows.countTrust(connection) : nothing())
        .chain(() -> audit.append(connection, event(made, key)));
  }

  private static AuditEvent event(Stored made, RingKey key) {
    return new AuditEvent(
        "ca.certify",
        AuditEvent.Result.SUCCESS,
        "system:keys",
        "its key has none yet",
        "key:" + made.key(),
        Optional.empty(),
        Optional.empty(),
        0, // no policy decides over keys
        "",
        new JsonObject()
            .put("ring", key.ring().toString())
            .put("usage", made.usage().name().toLowerCase(Locale.ROOT))
            .put("certificate", made.id().toString()));
  }

  private Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  private static Uni<Void> each(
      List<RingKey> keys, java.util.function.Function<RingKey, Uni<Void>> step) {
    return Multi.createFrom()
        .iterable(keys)
        .onItem()
        .transformToUniAndConcatenate(step::apply)
        .collect()
        .asList()
        .replaceWithVoid();
  }
}
