package dev.mayfly.grant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.Outcome;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Role;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which grant served an identity and role last. A remembered id is no "yes": the ledger's statement
 * asks whether the grant is live (rule 3). Requests that need one made wait for one making.
 */
@ApplicationScoped
public class StandingGrants {

  private static final int REMEMBERED = 100_000;

  private final Grants grants;
  private final Cache<Key, GrantId> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  private final Map<Key, Uni<Outcome<GrantId>>> making = new ConcurrentHashMap<>();

  public StandingGrants(Grants grants) {
    this.grants = grants;
  }

  private record Key(IdentityId identity, String role) {}

  public Optional<GrantId> find(IdentityId identity, Role role) {
    return Optional.ofNullable(remembered.getIfPresent(new Key(identity, role.id())));
  }

  public void forget(IdentityId identity, Role role) {
    remembered.invalidate(new Key(identity, role.id()));
  }

  /** As {@link Grants#ensureStanding}, once for all who ask on this node at this moment. */
  public Uni<Outcome<GrantId>> ensure(
      IdentityId identity, String name, Allowed allowed, long policyVersion, String requestId) {
    Key key = new Key(identity, allowed.role().id());
    return making.computeIfAbsent(
        key,
        k ->
            grants
                .ensureStanding(identity, name, allowed, policyVersion, requestId)
                .onItem()
                .invoke(outcome -> remember(k, outcome))
                .onTermination()
                .invoke(() -> making.remove(k))
                .memoize()
                .indefinitely());
  }

  private void remember(Key key, Outcome<GrantId> outcome) {
    if (outcome instanceof Outcome.Ok<GrantId>(GrantId grant)) {
      remembered.put(key, grant);
    }
  }
}
