package dev.mayfly.policy;

import java.util.Optional;

/**
 * For whom a request is decided; made by {@link CompiledPolicy#requester}.
 *
 * @param holder the SPIFFE ID of who would hold the grant
 * @param askedBy the SPIFFE ID of who asked on their behalf
 * @param owner of the holder's identity entry
 * @param manager the holder's manager by e-mail or preferred name, where the login names one
 */
public record Requester(
    String holder, Optional<String> askedBy, String owner, Optional<String> manager) {

  /** Rule 9: neither who asked nor who would hold it. */
  boolean isSelf(Approver approver) {
    return approver.name().equals(holder) || askedBy.filter(approver.name()::equals).isPresent();
  }

  /** Whether this is the holder's manager, or stands in where none is named. */
  boolean isManagedBy(Approver approver) {
    return manager.isPresent()
        ? approver.email().filter(manager.get()::equalsIgnoreCase).isPresent()
            || approver.preferredName().filter(manager.get()::equals).isPresent()
        : approver.groups().contains(owner);
  }
}
