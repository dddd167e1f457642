package dev.mayfly.key;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Node;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The keys as this node has last loaded them. Answers from memory, so that verifying and publishing
 * go on while the database is away; whether a key may still sign is asked of the database by the
 * ledger's statement.
 */
@ApplicationScoped
public class KeyRings {

  private static final Logger LOG = Logger.getLogger(KeyRings.class);

  /**
   * One snapshot of version, clock and keys. A dozen rows: the order is the one they are published
   * in.
   */
  private static final String LOAD =
      """
      SELECT v.version, mayfly_now() AS now, k.kid, k.ring, k.state, k.not_after,
             k.public_jwk::text AS public_jwk, k.custody, k.wrapped
        FROM key_rings_version v
        LEFT JOIN signing_keys k ON k.state IN ('PREPARED', 'ACTIVE', 'RETIRING')
          OR (k.state = 'TAINTED' AND k.wrapped IS NOT NULL)
       ORDER BY k.ring, k.prepared_at, k.kid
      """;

  private final Database database;
  private final Node node;
  private final CryptoProvider crypto;
  private final Custody custody;
  private final KeyPlan plan;
  private volatile KeyView view = KeyView.EMPTY;
  private volatile String complaint = "";

  KeyRings(Database database, Node node, CryptoProvider crypto, Custody custody, KeyPlan plan) {
    this.database = database;
    this.node = node;
    this.crypto = crypto;
    this.custody = custody;
    this.plan = plan;
  }

  /** The ring's ACTIVE key; empty while a ring has none that may be used (rule 5). */
  public Optional<SigningKey> active(RingName ring) {
    return view.active(ring);
  }

  /** Any key this node holds that is not tainted: for the certificate of the key itself. */
  public Optional<SigningKey> signing(KeyId id) {
    return view.signing(id);
  }

  /** An ACTIVE or RETIRING key: for signing again what was already recorded under it. */
  public Optional<SigningKey> byId(KeyId id) {
    return view.used(id);
  }

  /**
   * A key that may say what it has signed is revoked: a CA's goes on doing so when it is RETIRING
   * or TAINTED, and nothing else then.
   */
  public Optional<SigningKey> forLists(KeyId id) {
    return view.forLists(id);
  }

  /** The keys of a purpose that were, are or may come to be used, in the order they were made. */
  public List<RingKey> keys(String purpose) {
    return view.keys(purpose);
  }

  /** The first ring that is configured for a purpose: the one to use where nobody says which. */
  public Optional<RingName> first(String purpose) {
    return plan.rings().stream()
        .map(Ring::name)
        .filter(name -> name.purpose().equals(purpose))
        .findFirst();
  }

  /** The public part of a key that relying services may believe now. */
  public Optional<PublicKey> verifier(KeyId id) {
    return view.verifier(id);
  }

  /** What is published at the JWKS endpoint. */
  public Jwks jwks() {
    return view.jwks();
  }

  /** The version of the rings this node has loaded. */
  public long version() {
    return view.version();
  }

  /** The longest life of anything the ring signs; empty for a ring that is not configured. */
  public Optional<Duration> longest(RingName ring) {
    return plan.ring(ring).map(Ring::longest);
  }

  /** Loads what has changed and acknowledges it. */
  public Uni<Void> refresh() {
    return database
        .run(LOAD)
        .emitOn(Infrastructure.getDefaultWorkerPool()) // opening a key may block
        .map(this::load)
        .flatMap(this::acknowledge);
  }

  /** As {@link #refresh}; a key that this node cannot open stops its start with the reason. */
  Uni<Void> loadWhole() {
    return refresh().invoke(this::insistOnWhole);
  }

  private void insistOnWhole() {
    view.notOpened()
        .ifPresent(
            refusal -> {
              throw new IllegalStateException(refusal.why());
            });
  }

  @Scheduled(
      identity = "key-refresh",
      every = "${mayfly.key.refresh:2s}",
      delayed = "${mayfly.key.refresh:2s}",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> keepFresh() {
    return refresh().replaceWithVoid();
  }

  private KeyView load(RowSet<Row> rows) {
    long version = 0;
    Instant now = Instant.MIN;
    List<KeyView.Loaded> loaded = new ArrayList<>();
    for (Row row : rows) {
      version = row.getLong("version");
      now = row.getOffsetDateTime("now").toInstant();
      if (row.getString("kid") != null) {
        loaded.add(loaded(row));
      }
    }
    KeyView fresh = new KeyView(version, loaded, now);
    return swap(fresh);
  }

  /** Two loads may overlap: the older one does not win. */
  private synchronized KeyView swap(KeyView fresh) {
    if (fresh.version() >= view.version()) {
      view = fresh;
    }
    return view;
  }

  /**
   * What is loaded is kept: only state changes in a key's row, and the private part is opened once.
   */
  private KeyView.Loaded loaded(Row row) {
    KeyState state = KeyState.valueOf(row.getString("state"));
    return view.known(new KeyId(row.getString("kid")))
        .filter(known -> known.opened().isPresent())
        .map(known -> known.in(state))
        .orElseGet(() -> open(row, state));
  }

  private KeyView.Loaded open(Row row, KeyState state) {
    RingName ring = RingName.parse(row.getString("ring"));
    PublicJwk publicKey = PublicJwk.parse(ring.alg(), row.getString("public_jwk"));
    Instant notAfter = row.getOffsetDateTime("not_after").toInstant();
    Outcome<SigningKey> signing =
        signer(row, publicKey.id(), ring)
            .then(signer -> Outcome.ok(new Opened(publicKey.id(), ring.alg(), notAfter, signer)));
    return new KeyView.Loaded(ring, state, notAfter, publicKey, publicKey.key(crypto), signing);
  }

  private Outcome<Signer> signer(Row row, KeyId id, RingName ring) {
    return custody.id().equals(row.getString("custody"))
        ? custody.open(id, ring, row.getBuffer("wrapped").getBytes())
        : Outcome.refused(
            new Refusal.Unavailable(
                "key-not-opened", "key " + id + " is held by a custody that is not set up here"));
  }

  /** A node that cannot sign with a key must not let it become the ACTIVE one. */
  private Uni<Void> acknowledge(KeyView loaded) {
    Optional<Refusal> notOpened = loaded.notOpened();
    notOpened.ifPresent(this::complain);
    return notOpened.isEmpty()
        ? node.acknowledgeRings(loaded.version())
        : Uni.createFrom().voidItem();
  }

  /** Once, not at each refresh. */
  private void complain(Refusal refusal) {
    if (!refusal.why().equals(complaint)) {
      complaint = refusal.why();
      LOG.error(complaint);
    }
  }

  private record Opened(KeyId id, Alg alg, Instant notAfter, Signer signer) implements SigningKey {
    @Override
    public byte[] sign(byte[] input) {
      return signer.sign(input);
    }
  }
}
