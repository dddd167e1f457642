package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** The first step against a compromised key: a successor that relying services can get to know. */
@ApplicationScoped
public class Successors {

  private final KeyTaint taint;

  public Successors(KeyTaint taint) {
    this.taint = taint;
  }

  /** Prepares one, or gives the one that is there; refused for a key that nobody knows. */
  public Uni<Outcome<KeyId>> prepare(KeyId key, String reason, String actor) {
    return Reason.check(reason).thenUni(good -> taint.prepareSuccessor(key, actor, good));
  }
}
