package dev.mayfly.revocation.krl;

import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.ssh.SshKind;
import dev.mayfly.revocation.list.ListFormat;
import dev.mayfly.revocation.list.ListTimes;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.Revoked;
import dev.mayfly.revocation.list.Turn;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the revoked serial numbers of one stretch of expiries of one CA key, 8 bytes each. It is
 * not served: the KRL is made of all of them, and lets go of a shard when its last certificate has
 * expired.
 */
@ApplicationScoped
public class KrlShardFormat implements ListFormat {

  private final ListTimes times;

  @Inject
  KrlShardFormat(ListsConfig config) {
    this.times = ListTimes.of(config);
  }

  @Override
  public ListKind kind() {
    return ListKind.KRL_SHARD;
  }

  @Override
  public byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn) {
    Set<Long> fresh = new LinkedHashSet<>();
    revoked.forEach(one -> fresh.add(SshKind.serial(one.id())));
    for (long present : serials(content)) {
      fresh.remove(present);
    }
    ByteBuffer all = ByteBuffer.allocate(content.length + fresh.size() * Long.BYTES).put(content);
    fresh.forEach(all::putLong);
    return all.array();
  }

  static long[] serials(byte[] content) {
    long[] serials = new long[content.length / Long.BYTES];
    ByteBuffer.wrap(content).asLongBuffer().get(serials);
    return serials;
  }

  @Override
  public Optional<Signed> sign(Unsigned list, Turn turn) {
    return Optional.of(new Signed(new byte[0], turn.now().plus(times.life())));
  }

  @Override
  public Optional<ListKind> carriedBy() {
    return Optional.of(ListKind.KRL);
  }
}
