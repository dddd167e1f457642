package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.Certificate;
import org.jboss.logging.Logger;

/**
 * The broker's certificate authorities as this node has last loaded them. Answers from memory: a
 * certificate never changes, and whether its key may still sign is the ledger's to ask.
 */
@ApplicationScoped
public class Authorities {

  private static final Logger LOG = Logger.getLogger(Authorities.class);

  private final Database database;
  private final KeyRings rings;
  private final AtomicReference<Optional<Uni<Void>>> underWay =
      new AtomicReference<>(Optional.empty());
  private volatile Loaded loaded = new Loaded(Map.of(), List.of(), Map.of());

  Authorities(Database database, KeyRings rings) {
    this.database = database;
    this.rings = rings;
  }

  /** One load: immutable, swapped whole. */
  private record Loaded(
      Map<KeyId, Authority> issuing, List<Authority> roots, Map<KeyId, Authority> all) {}

  /** The issuing authority of this key; empty while its certificate is not made or not loaded. */
  public Optional<Authority> issuing(KeyId key) {
    return Optional.ofNullable(loaded.issuing().get(key));
  }

  /** All issuing authorities whose certificates may be believed, in the order they were made. */
  public List<Authority> issuing() {
    return List.copyOf(loaded.issuing().values());
  }

  /** What a verifier trusts, in the order it was made: roots that are not tainted or ended. */
  public List<Authority> roots() {
    return loaded.roots();
  }

  /** Whatever authority this key is, tainted, ended or neither: for what it takes back. */
  public Optional<Authority> any(KeyId key) {
    return Optional.ofNullable(loaded.all().get(key));
  }

  /** All of them, whatever became of them: for those that answer for what these have signed. */
  public List<Authority> all() {
    return List.copyOf(loaded.all().values());
  }

  /** The root authority of this key, whichever root it has. */
  Optional<Authority> root(KeyId key) {
    return loaded.roots().stream().filter(root -> root.key().equals(key)).findFirst();
  }

  /** As {@link #refresh}; those who ask at the same time share one look-up. */
  Uni<Void> refreshTogether() {
    Uni<Void> mine =
        refresh()
            .onTermination()
            .invoke(() -> underWay.set(Optional.empty()))
            .memoize()
            .indefinitely();
    Optional<Uni<Void>> before =
        underWay.getAndUpdate(now -> now.isPresent() ? now : Optional.of(mine));
    return before.orElse(mine);
  }

  Uni<Void> refresh() {
    return AuthorityRows.load(database).invoke(this::take).replaceWithVoid();
  }

  private void take(List<AuthorityRows.Kept> kept) {
    Map<KeyId, RingKey> keys = new HashMap<>();
    rings.keys(RingName.ROOT).forEach(key -> keys.put(key.id(), key));
    rings.keys(RingName.X509).forEach(key -> keys.put(key.id(), key));
    Map<KeyId, Authority> roots = new LinkedHashMap<>();
    Map<KeyId, Authority> issuing = new LinkedHashMap<>();
    Map<KeyId, Authority> all = new HashMap<>();
    for (AuthorityRows.Kept one : rootsFirst(kept)) {
      AuthorityRows.Stored row = one.row();
      RingKey key = keys.get(row.key());
      if (key == null) {
        continue; // not loaded yet
      }
      boolean root = row.usage() == AuthorityRows.Usage.ROOT;
      List<byte[]> above =
          root
              ? chain(row.chain())
              : row.signedBy().map(roots::get).map(Authorities::toSend).orElse(List.of());
      read(row, key, above)
          .ifPresent(
              authority -> {
                all.put(row.key(), authority);
                if (key.state() != KeyState.TAINTED && !one.ended()) {
                  (root ? roots : issuing).put(row.key(), authority);
                }
              });
    }
    loaded = new Loaded(issuing, List.copyOf(roots.values()), all);
  }

  /** A root's newest certificate is what stands above whatever its key has signed. */
  private static List<AuthorityRows.Kept> rootsFirst(List<AuthorityRows.Kept> kept) {
    return kept.stream()
        .sorted(Comparator.comparing(one -> one.row().usage() != AuthorityRows.Usage.ROOT))
        .toList();
  }

  private static Optional<Authority> read(
      AuthorityRows.Stored row, RingKey key, List<byte[]> above) {
    return switch (Issuer.of(row.der(), key.publicKey())) {
      case Outcome.Ok<Issuer>(Issuer issuer) ->
          Optional.of(
              new Authority(
                  row.key(), issuer, row.der(), above, row.notAfter(), pem(row.der(), above)));
      case Outcome.Refused<Issuer>(Refusal refusal) -> {
        LOG.errorf("the certificate of key %s: %s", row.key(), refusal.why());
        yield Optional.empty();
      }
    };
  }

  private static String pem(byte[] own, List<byte[]> above) {
    StringBuilder pem = new StringBuilder(Pem.certificate(own));
    above.forEach(der -> pem.append(Pem.certificate(der)));
    return pem.toString();
  }

  /**
   * What stands between an issuing authority and a verifier's trust: nothing below a root of our
   * own, which verifiers hold themselves; an imported one's certificate and those above it, but for
   * the organisation's root.
   */
  private static List<byte[]> toSend(Authority root) {
    List<byte[]> whole = whole(root);
    return isSelfSigned(whole.getLast()) ? whole.subList(0, whole.size() - 1) : whole;
  }

  private static List<byte[]> whole(Authority root) {
    List<byte[]> whole = new ArrayList<>();
    whole.add(root.der());
    whole.addAll(root.above());
    return whole;
  }

  /** That it has signed itself was checked before it was stored. */
  private static boolean isSelfSigned(byte[] der) {
    Certificate certificate = Certificate.getInstance(der);
    return certificate.getSubject().equals(certificate.getIssuer());
  }

  /** Certificates in DER, one after the other. */
  static List<byte[]> chain(byte[] all) {
    List<byte[]> chain = new ArrayList<>();
    try (ASN1InputStream certificates = new ASN1InputStream(all)) {
      ASN1Primitive next = certificates.readObject();
      while (next != null) {
        chain.add(next.getEncoded(ASN1Encoding.DER));
        next = certificates.readObject();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("ca_certificates.chain is not what Mayfly wrote", e);
    }
    return chain;
  }

  /** What a verifier has to trust: our own roots, or the uppermost of what was imported. */
  public List<byte[]> trusted() {
    return roots().stream().map(root -> whole(root).getLast()).toList();
  }
}
