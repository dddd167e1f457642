package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a new version of the policy does to the identities and grants that exist. Works on values
 * only; {@link Activation} reads them under locks and writes what comes out.
 *
 * @param described identities that stay, with what differs
 * @param retired identities whose entry or name is gone
 * @param withdrawn grants that nothing entitles to any more, or that end too soon
 * @param shortened grants that stay, with their new ends
 */
record Consequences(
    List<Described> described,
    List<Standing> retired,
    List<Held> withdrawn,
    List<Shortened> shortened) {

  /** An identity that exists, as its row says. */
  record Standing(
      UUID id,
      String name,
      String kind,
      String entry,
      String owner,
      String environment,
      Instant reviewAt,
      Instant mintUntil) {}

  /** An identity that stays, and the entry that describes it from now on. */
  record Described(UUID id, IdentityEntry entry, Instant mintUntil) {}

  /**
   * A grant that has not ended, as its row says.
   *
   * @param actsFor the person, where it is an agent's
   * @param restsOn grants that it neither outlives nor survives
   */
  record Held(
      UUID id,
      UUID identity,
      String role,
      Entitlement.Type type,
      String state,
      Optional<Instant> expiresAt,
      Instant authorityEndsAt,
      Optional<UUID> actsFor,
      List<UUID> restsOn) {

    /** Whether credentials may have been minted under it. */
    boolean active() {
      return state.equals("ACTIVE");
    }
  }

  /** A grant's new ends. */
  record Shortened(Held grant, Optional<Instant> expiresAt, Instant authorityEndsAt) {}

  /**
   * Works them out.
   *
   * @param longestOut the longest life of a credential under the version that goes: a grant that
   *     would end sooner than that from now is withdrawn, because it may have minted a credential
   *     that would outlive it (rule 4)
   */
  static Consequences of(
      CompiledPolicy next,
      List<Standing> identities,
      List<Held> grants,
      Duration longestOut,
      Instant now) {
    Names names = next.names();
    Map<UUID, String> entryOf = new HashMap<>();
    List<Described> described = new ArrayList<>();
    List<Standing> retired = new ArrayList<>();
    for (Standing identity : identities) {
      Optional<IdentityEntry> entry = names.entryOf(identity.name(), identity.entry());
      if (entry.isEmpty()) {
        retired.add(identity);
      } else {
        entryOf.put(identity.id(), entry.get().id());
        describe(next.policy(), identity, entry.get()).ifPresent(described::add);
      }
    }
    Consequences consequences =
        new Consequences(described, retired, new ArrayList<>(), new ArrayList<>());
    Map<UUID, Instant> ends = new HashMap<>();
    for (Held grant : restingLast(grants)) {
      Instant limit =
          grant.restsOn().stream()
              .map(id -> ends.getOrDefault(id, Instant.MAX))
              .reduce(Instant.MAX, Consequences::earlier);
      Optional<Authority> authority =
          authority(next, grant, entryOf, now).filter(some -> limit.isAfter(now));
      ends.put(grant.id(), consequences.judge(grant, authority, limit, longestOut, now));
    }
    return consequences;
  }

  /** A session rests on none or on a session, an agent's grant on what its person holds. */
  private static List<Held> restingLast(List<Held> grants) {
    return grants.stream()
        .sorted(
            Comparator.comparing((Held grant) -> grant.actsFor().isPresent())
                .thenComparing(grant -> !grant.restsOn().isEmpty()))
        .toList();
  }

  private static Optional<Authority> authority(
      CompiledPolicy next, Held grant, Map<UUID, String> entryOf, Instant now) {
    Optional<String> entry = Optional.ofNullable(entryOf.get(grant.identity()));
    return grant.actsFor().isEmpty()
        ? entry.flatMap(id -> Authority.of(next.policy(), id, grant.role(), grant.type(), now))
        : entry.flatMap(
            agent ->
                Optional.ofNullable(entryOf.get(grant.actsFor().get()))
                    .flatMap(person -> Authority.ofAgent(next, agent, person, grant.role(), now)));
  }

  /** The retired identities' ids. */
  Set<UUID> retiredIds() {
    Set<UUID> ids = new HashSet<>();
    retired.forEach(identity -> ids.add(identity.id()));
    return ids;
  }

  private static Optional<Described> describe(
      Policy policy, Standing identity, IdentityEntry entry) {
    Instant mintUntil = entry.reviewAt().plus(policy.ceilings().reviewGrace());
    boolean same =
        identity.kind().equals(entry.kind().name())
            && identity.entry().equals(entry.id())
            && identity.owner().equals(entry.owner())
            && identity.environment().equals(entry.environment())
            && identity.reviewAt().equals(entry.reviewAt())
            && identity.mintUntil().equals(mintUntil);
    return same ? Optional.empty() : Optional.of(new Described(identity.id(), entry, mintUntil));
  }

  /** Gives where the grant ends from now on; what is withdrawn has ended. */
  private Instant judge(
      Held grant, Optional<Authority> authority, Instant limit, Duration longestOut, Instant now) {
    if (authority.isEmpty()) {
      withdrawn.add(grant);
      return now;
    }
    Instant lastOut = now.plus(longestOut);
    Instant end = earlier(limit, earlier(grant.authorityEndsAt(), authority.get().endsAt()));
    Optional<Instant> expires = grant.expiresAt();
    if (grant.active() && expires.isPresent()) {
      if (end.isBefore(expires.get()) && end.isBefore(lastOut)) {
        withdrawn.add(grant);
        return now;
      }
      Instant renewal = later(now.plus(authority.get().grant()), lastOut);
      expires = Optional.of(earlier(earlier(expires.get(), end), renewal));
    }
    if (!expires.equals(grant.expiresAt()) || !end.equals(grant.authorityEndsAt())) {
      shortened.add(new Shortened(grant, expires, end));
    }
    return expires.orElse(end);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
