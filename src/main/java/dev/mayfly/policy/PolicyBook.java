package dev.mayfly.policy;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The version of the policy that this node decides by. */
@ApplicationScoped
public class PolicyBook {

  private final AtomicReference<@Nullable CompiledPolicy> current = new AtomicReference<>();

  /** The version to decide by; the ledger accepts it only while it is the active one. */
  public CompiledPolicy current() {
    CompiledPolicy policy = current.get();
    if (policy == null) {
      throw new IllegalStateException("no policy is loaded");
    }
    return policy;
  }

  /** Looks whether another version is active, and takes it. */
  public Uni<Void> refresh() {
    return Uni.createFrom().voidItem();
  }
}
