package dev.mayfly.credential.x509;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.x509.AuthorityRows.Stored;
import dev.mayfly.credential.x509.AuthorityRows.Usage;
import dev.mayfly.key.KeyConfig;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hangs the broker's root below the organisation's: hands out what that has to sign, and takes the
 * certificate that comes back. Only where {@code mayfly.x509.root} is {@code import}.
 */
@ApplicationScoped
public class RootImports {

  private static final Set<KeyState> USABLE =
      EnumSet.of(KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRING);

  private static final int LONGEST_REASON = 500;

  private final Database database;
  private final Vertx vertx;
  private final KeyRings rings;
  private final Authorities authorities;
  private final AuthorityKeeper keeper;
  private final AuditLog audit;
  private final InstantSource clock;
  private final X509Config config;
  private final KeyConfig keys;
  private final String issuer;

  RootImports(
      Database database,
      Vertx vertx,
      KeyRings rings,
      Authorities authorities,
      AuthorityKeeper keeper,
      AuditLog audit,
      InstantSource clock,
      X509Config config,
      KeyConfig keys,
      MayflyConfig mayfly) {
    this.database = database;
    this.vertx = vertx;
    this.rings = rings;
    this.authorities = authorities;
    this.keeper = keeper;
    this.audit = audit;
    this.clock = clock;
    this.config = config;
    this.keys = keys;
    this.issuer = mayfly.issuer();
  }

  /** What the organisation's root is to sign: PKCS#10 in PEM, of this key. */
  public record Request(KeyId key, String pem) {}

  /**
   * What an operator brings.
   *
   * @param chain PEM, the certificate for the broker's key first
   * @param reason why it takes another one's place; none: it must not
   */
  public record Import(String chain, Optional<String> reason, String actor, String requestId) {}

  /**
   * What counts now.
   *
   * @param fresh whether it did not before
   */
  public record Imported(
      CredentialId id, KeyId key, String subject, Instant notAfter, boolean fresh) {}

  /** Of the key that waits for its certificate; where none waits, of the one that signs. */
  public Uni<Outcome<Request>> request() {
    return importing()
        .then(yes -> waiting())
        .thenUni(key -> vertx.executeBlocking(() -> request(key), false));
  }

  private Outcome<Request> request(RingKey key) {
    return rings
        .signing(key.id())
        .map(
            signing ->
                Outcome.ok(
                    new Request(
                        key.id(),
                        Pem.request(
                            RootRequest.of(keeper.rootName(key), key.publicKey(), signing)))))
        .orElseGet(RootImports::noKey);
  }

  private Outcome<RingKey> waiting() {
    Optional<RingName> ring = rings.first(RingName.ROOT);
    List<RingKey> usable =
        rings.keys(RingName.ROOT).stream()
            .filter(key -> ring.equals(Optional.of(key.ring())))
            .filter(key -> key.state() == KeyState.PREPARED || key.state() == KeyState.ACTIVE)
            .sorted(Comparator.comparing(key -> key.state() != KeyState.ACTIVE))
            .toList();
    return usable.stream()
        .filter(key -> authorities.root(key.id()).isEmpty())
        .findFirst()
        .or(() -> usable.stream().findFirst())
        .map(Outcome::ok)
        .orElseGet(RootImports::noKey);
  }

  /** Checked, stored, and what waited for it is issued before this answers. */
  public Uni<Outcome<Imported>> bring(Import brought) {
    return importing()
        .then(yes -> reason(brought.reason()))
        .thenUni(good -> vertx.executeBlocking(() -> checked(brought.chain()), false))
        .chain(outcome -> outcome.thenUni(chain -> settled(chain, brought)))
        .call(outcome -> outcome instanceof Outcome.Ok<?> ? keeper.look() : nothing());
  }

  /** A chain that is good, and the key of ours that it is for. */
  private record Checked(RootChain chain, RingKey key) {}

  private Outcome<Checked> checked(String pem) {
    Instant now = clock.instant();
    return RootChain.parse(pem, now)
        .then(
            chain ->
                chain.notAfter().isBefore(now.plus(keys.x509().lifetime()))
                    ? RootChain.refused(
                        "the chain ends before an issuing CA that is made now: that lives "
                            + keys.x509().lifetime())
                    : ofOurs(chain))
        .then(
            checked ->
                Issuer.of(checked.chain().der(), checked.key().publicKey())
                    .then(good -> Outcome.ok(checked)));
  }

  private Outcome<Checked> ofOurs(RootChain chain) {
    return rings.keys(RingName.ROOT).stream()
        .filter(key -> USABLE.contains(key.state()) && chain.isFor(key.publicKey()))
        .findFirst()
        .map(key -> Outcome.ok(new Checked(chain, key)))
        .orElseGet(
            () -> RootChain.refused("the first certificate is for no root key of this broker"));
  }

  /** Looked at before the lock and under it: of two at once the second would replace unseen. */
  private Uni<Outcome<Imported>> settled(Checked checked, Import brought) {
    return database.inTransaction(
        connection ->
            RootRows.newest(connection, checked.key().id())
                .chain(seen -> underLock(connection, checked, brought, seen)));
  }

  private Uni<Outcome<Imported>> underLock(
      SqlConnection connection, Checked checked, Import brought, Optional<RootRows.Present> seen) {
    return RootRows.lock(connection, checked.key().id())
        .chain(
            state ->
                state.filter(USABLE::contains).isEmpty()
                    ? Uni.createFrom().item(conflict("the key is not believed any more"))
                    : RootRows.newest(connection, checked.key().id())
                        .chain(present -> settled(connection, checked, brought, seen, present)));
  }

  private Uni<Outcome<Imported>> settled(
      SqlConnection connection,
      Checked checked,
      Import brought,
      Optional<RootRows.Present> seen,
      Optional<RootRows.Present> present) {
    RootChain chain = checked.chain();
    if (present.isEmpty()) {
      return AuthorityRows.openList(connection, checked.key().id(), issuer)
          .chain(() -> store(connection, checked, brought));
    }
    RootRows.Present before = present.get();
    if (Arrays.equals(before.der(), chain.der()) && Arrays.equals(before.chain(), chain.above())) {
      return Uni.createFrom().item(Outcome.ok(imported(before.id(), checked, false)));
    }
    if (!seen.map(RootRows.Present::id).equals(Optional.of(before.id()))) {
      return Uni.createFrom().item(conflict("another certificate was imported at this moment"));
    }
    if (brought.reason().isEmpty()) {
      return Uni.createFrom()
          .item(conflict("this root has another certificate: give a reason to replace it"));
    }
    return chain.namesTheSame(before.der())
        ? store(connection, checked, brought)
        : Uni.createFrom()
            .item(
                conflict(
                    "subject and key identifier must be those of the certificate that it replaces:"
                        + " what the root has issued names them"));
  }

  private Uni<Outcome<Imported>> store(SqlConnection connection, Checked checked, Import brought) {
    RootChain chain = checked.chain();
    RingKey key = checked.key();
    CredentialId id = new CredentialId(Uuids.unpredictable(clock));
    Imported made = imported(id, checked, true);
    Stored row =
        new Stored(
            id,
            key.id(),
            Usage.ROOT,
            Optional.empty(),
            chain.der(),
            chain.above(),
            made.notAfter(),
            Optional.empty());
    return AuthorityRows.insert(connection, row)
        .chain(() -> AuthorityRows.countTrust(connection))
        .chain(() -> audit.append(connection, event(made, key, brought)))
        .replaceWith(Outcome.ok(made));
  }

  private static Imported imported(CredentialId id, Checked checked, boolean fresh) {
    Instant end = checked.chain().notAfter();
    Instant keyEnds = checked.key().notAfter();
    return new Imported(
        id,
        checked.key().id(),
        checked.chain().first().getSubjectX500Principal().getName(),
        end.isBefore(keyEnds) ? end : keyEnds,
        fresh);
  }

  private static AuditEvent event(Imported made, RingKey key, Import brought) {
    return new AuditEvent(
        "ca.import",
        AuditEvent.Result.SUCCESS,
        brought.actor(),
        brought.reason().orElse("the organisation's root has signed it"),
        "key:" + made.key(),
        Optional.empty(),
        Optional.empty(),
        0, // no policy decides over keys
        brought.requestId(),
        new JsonObject()
            .put("ring", key.ring().toString())
            .put("certificate", made.id().toString())
            .put("subject", made.subject())
            .put("not_after", made.notAfter().toString()));
  }

  /** As it may stand in the audit. */
  private static Outcome<Boolean> reason(Optional<String> reason) {
    return reason
            .filter(
                text ->
                    text.isBlank()
                        || text.length() > LONGEST_REASON
                        || text.codePoints().anyMatch(Character::isISOControl))
            .isPresent()
        ? RootChain.refused(
            "a reason has 1 to " + LONGEST_REASON + " characters and no control characters")
        : Outcome.ok(true);
  }

  private Outcome<Boolean> importing() {
    return config.root() == X509Config.Root.IMPORT
        ? Outcome.ok(true)
        : conflict("this broker signs its own root: mayfly.x509.root=import lets another sign it");
  }

  private static <T> Outcome<T> conflict(String say) {
    return Outcome.refused(new Refusal.Conflict("root-not-importable", say));
  }

  private static <T> Outcome<T> noKey() {
    return Outcome.refused(
        new Refusal.Unavailable("no-root-key", "the root ring has no key that is held here"));
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }
}
