package dev.mayfly.revocation.crl;

import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Authority;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.revocation.list.ListFormat;
import dev.mayfly.revocation.list.ListTimes;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.Revoked;
import dev.mayfly.revocation.list.Turn;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Makes CRLs: each by the key that signed the certificates on it, for as long as one of them may be
 * shown. A RETIRING or TAINTED key does nothing else any more.
 */
@ApplicationScoped
public class CrlFormat implements ListFormat {

  private final KeyRings rings;
  private final Authorities authorities;
  private final ListTimes times;

  @Inject
  CrlFormat(KeyRings rings, Authorities authorities, ListsConfig config) {
    this.rings = rings;
    this.authorities = authorities;
    this.times = ListTimes.of(config);
  }

  @Override
  public ListKind kind() {
    return ListKind.CRL;
  }

  @Override
  public byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn) {
    return CrlEntries.add(content, revoked, turn.now());
  }

  @Override
  public Optional<Signed> sign(Unsigned list, Turn turn) {
    Optional<SigningKey> key =
        list.key().filter(id -> turn.stateOf(id).isPresent()).flatMap(rings::forLists);
    Optional<Authority> authority = list.key().flatMap(authorities::any);
    if (key.isEmpty() || authority.isEmpty()) {
      return Optional.empty();
    }
    Instant end = turn.now().plus(times.life());
    byte[] der =
        CrlDocument.signed(
            new CrlDocument(
                shard(list), turn.seq(), turn.now(), end, CrlEntries.read(list.source())),
            authority.get().issuer(),
            key.get());
    return Optional.of(new Signed(der, end));
  }

  /** A root has one list for its few certificates; an issuing authority has many. */
  private Optional<String> shard(Unsigned list) {
    boolean root =
        rings.keys(RingName.ROOT).stream()
            .anyMatch(key -> list.key().equals(Optional.of(key.id())));
    return root ? Optional.empty() : Optional.of(list.uri());
  }
}
