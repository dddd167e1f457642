package dev.mayfly.credential.x509;

import dev.mayfly.key.KeyRings;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Who may sign OCSP answers, as this node has last loaded it; answers from memory. */
@ApplicationScoped
public class Responders {

  private final Database database;
  private final KeyRings rings;
  private final InstantSource clock;
  private volatile List<Responder> loaded = List.of();

  Responders(Database database, KeyRings rings, InstantSource clock) {
    this.database = database;
    this.rings = rings;
    this.clock = clock;
  }

  /**
   * The one that is good longest of those that this authority has signed and whose key is believed
   * and held here. Their certificates are never revoked (RFC 6960 4.2.2.2.1): a tainted key's are
   * passed over from the taint on, and end within a day.
   */
  public Optional<Responder> of(KeyId issuer) {
    Instant now = clock.instant();
    return loaded.stream()
        .filter(one -> one.issuer().equals(issuer) && now.isBefore(one.notAfter()))
        .filter(one -> rings.byId(one.key()).isPresent())
        .findFirst();
  }

  /** The same with this very key. */
  Optional<Responder> of(KeyId issuer, KeyId key) {
    return loaded.stream()
        .filter(one -> one.issuer().equals(issuer) && one.key().equals(key))
        .findFirst();
  }

  Uni<Void> refresh() {
    return ResponderRows.load(database).invoke(rows -> loaded = rows).replaceWithVoid();
  }
}
