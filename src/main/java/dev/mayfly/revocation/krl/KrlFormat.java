package dev.mayfly.revocation.krl;

import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.key.KeyState;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKeys;
import dev.mayfly.revocation.list.ListFormat;
import dev.mayfly.revocation.list.ListTimes;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.Revoked;
import dev.mayfly.revocation.list.Turn;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the one KRL, of every shard and of the CA keys that are tainted. It has no signature and no
 * end of its own: whoever fetches it has it over TLS, and asks again.
 */
@ApplicationScoped
public class KrlFormat implements ListFormat {

  /** The shards on which something stands; those of a retired key are gone with it. */
  private static final String SHARDS =
      """
      SELECT kid, content FROM lists
       WHERE kind = 'KRL_SHARD' AND state = 'LIVE' AND length(content) > 0 ORDER BY id
      """;

  private static final Set<String> PURPOSES = Set.of(RingName.SSH_USER, RingName.SSH_HOST);

  private final SigningKeys keys;
  private final Vertx vertx;
  private final ListTimes times;

  @Inject
  KrlFormat(SigningKeys keys, Vertx vertx, ListsConfig config) {
    this.keys = keys;
    this.vertx = vertx;
    this.times = ListTimes.of(config);
  }

  @Override
  public ListKind kind() {
    return ListKind.KRL;
  }

  /** Nothing stands on it by itself. */
  @Override
  public byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn) {
    return content;
  }

  @Override
  public Uni<Optional<byte[]>> source(SqlConnection connection, Turn turn) {
    return keys.ofPurposes(connection, PURPOSES)
        .chain(
            authorities ->
                connection
                    .preparedQuery(SHARDS)
                    .execute()
                    .chain(
                        shards ->
                            vertx.executeBlocking(
                                () -> Optional.of(krl(turn, authorities, shards)), false)));
  }

  private static byte[] krl(Turn turn, List<RingKey> authorities, RowSet<Row> shards) {
    Map<String, List<long[]>> revoked = new HashMap<>();
    for (Row shard : shards) {
      revoked
          .computeIfAbsent(shard.getString("kid"), kid -> new ArrayList<>())
          .add(KrlShardFormat.serials(shard.getBuffer("content").getBytes()));
    }
    Krl krl = new Krl(turn.seq(), turn.now());
    for (RingKey authority : authorities) {
      SshPublicKey key = SshPublicKey.of(authority.publicKey());
      List<long[]> serials = revoked.getOrDefault(authority.id().value(), List.of());
      if (!serials.isEmpty()) {
        krl.certificates(key, serials.stream().flatMapToLong(java.util.Arrays::stream).toArray());
      }
      if (authority.state() == KeyState.TAINTED) {
        krl.key(key);
      }
    }
    return krl.bytes();
  }

  @Override
  public Optional<Signed> sign(Unsigned list, Turn turn) {
    return Optional.of(new Signed(list.source(), turn.now().plus(times.life())));
  }
}
