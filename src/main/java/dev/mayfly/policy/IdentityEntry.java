package dev.mayfly.policy;

import java.time.Instant;
import java.util.Set;

/**
 * Who may ask: one identity, or for a federated entry each identity its template names.
 *
 * @param id the entry's id in the document
 * @param owner who answers for it
 * @param reviewAt the start of the day (UTC) by which somebody must have looked at it again
 * @param serves the audiences it answers for: it may introspect tokens made out to them
 */
public record IdentityEntry(
    String id,
    Kind kind,
    String owner,
    String environment,
    Instant reviewAt,
    Set<String> serves,
    Proving proving,
    String description) {

  public IdentityEntry {
    serves = Set.copyOf(serves);
  }

  /** What kind of asker. */
  public enum Kind {
    WORKLOAD,
    AGENT,
    PERSON
  }
}
