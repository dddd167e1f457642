package dev.mayfly.revocation;

import dev.mayfly.credential.x509.Hierarchy;
import dev.mayfly.key.Uprooting;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * What goes with a key that is taken back: with a root, the issuing CAs whose certificates it has
 * signed. They stop issuing at the same moment, and what they signed is as revoked as a tainted
 * issuing CA's.
 */
@ApplicationScoped
class RootTaint {

  private final Uprooting uprooting;

  RootTaint(Uprooting uprooting) {
    this.uprooting = uprooting;
  }

  /** The keys that went; none below a key that is no root. */
  Uni<List<KeyId>> below(SqlConnection connection, KeyId key, String actor, String cause) {
    return Hierarchy.below(connection, key)
        .chain(
            keys ->
                keys.isEmpty()
                    ? Uni.createFrom().item(keys)
                    : uprooting.taint(connection, keys, actor, cause));
  }
}
