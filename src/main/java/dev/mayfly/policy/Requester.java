package dev.mayfly.policy;

import java.util.Optional;
import java.util.Set;

/**
 * For whom a request is decided; made by {@link CompiledPolicy#requester}.
 *
 * @param holder the SPIFFE ID of who would hold the grant
 * @param askedBy the SPIFFE ID of who asked on their behalf
 * @param owner of the holder's identity entry
 * @param peers the ids of the identity entries of the holder's login: only of these is a manager
 *     named, since another provider's names and addresses are its own
 * @param manager the holder's manager by e-mail or preferred name, where the login names one
 * @param agentOwner of the identity entry of the agent that would act for the holder
 */
public record Requester(
    String holder,
    Optional<String> askedBy,
    String owner,
    Set<String> peers,
    Optional<String> manager,
    Optional<String> agentOwner) {

  public Requester {
    peers = Set.copyOf(peers);
  }

  /** The same request, for an agent of this owner to act under. */
  public Requester withAgentOf(String owner) {
    return new Requester(holder, askedBy, this.owner, peers, manager, Optional.of(owner));
  }

  /** Rule 9: neither who asked nor who would hold it, nor who answers for the agent. */
  boolean isSelf(Approver approver) {
    return approver.name().equals(holder)
        || askedBy.filter(approver.name()::equals).isPresent()
        || agentOwner.filter(owner -> owns(approver, owner)).isPresent();
  }

  /** An owner is a group, or one person by whatever name. */
  private static boolean owns(Approver approver, String owner) {
    return approver.groups().contains(owner)
        || approver.name().equals(owner)
        || approver.email().filter(owner::equalsIgnoreCase).isPresent()
        || approver.preferredName().filter(owner::equals).isPresent();
  }

  /** Whether this is the holder's manager, or stands in where none is named. */
  boolean isManagedBy(Approver approver) {
    return manager.isPresent()
        ? peers.contains(approver.entry()) && isNamed(approver, manager.get())
        : approver.groups().contains(owner);
  }

  private static boolean isNamed(Approver approver, String manager) {
    return approver.email().filter(manager::equalsIgnoreCase).isPresent()
        || approver.preferredName().filter(manager::equals).isPresent();
  }
}
