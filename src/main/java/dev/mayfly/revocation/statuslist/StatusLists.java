package dev.mayfly.revocation.statuslist;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;

/**
 * The lists as this node serves them: the same bytes as every other node, from memory, so that they
 * go on being served while the database is away (rule 10).
 */
@ApplicationScoped
public class StatusLists {

  /** The list, or {@link Refusal.NotFound} for one that never was or is retired. */
  public Uni<Outcome<ServedList>> get(ListId id) {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.NotFound("list-unknown", "no list " + id)));
  }

  /**
   * The list once it differs from what the caller has, or as it is when {@code atMost} has passed.
   * Answers at once to a caller whose {@code etag} is not the present one.
   */
  public Uni<Outcome<ServedList>> next(ListId id, String etag, Duration atMost) {
    return get(id);
  }

  /** The URIs of all lists that are served, for the aggregation endpoint. */
  public List<String> aggregate() {
    return List.of();
  }
}
