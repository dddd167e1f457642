package dev.mayfly.revocation.list;

import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lists in this node's memory, and who waits for them to change. A list is only ever replaced
 * by a newer one (rule 7).
 */
final class Shelf {

  /** Beyond this many a caller is answered at once: waiting is a courtesy, memory is not. */
  private static final int MOST_WAITING = 10_000;

  private final Map<ListId, ServedList> lists = new ConcurrentHashMap<>();
  private final Map<ListId, Set<UniEmitter<? super Void>>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger waitingCount = new AtomicInteger();

  /** Puts a list up, unless what is there is as new. */
  synchronized void put(ServedList fresh) {
    ServedList present = lists.get(fresh.id());
    if (present == null || present.seq() < fresh.seq()) {
      lists.put(fresh.id(), fresh);
      wake(waiting.getOrDefault(fresh.id(), Set.of()));
    }
  }

  /** Takes a retired list down. */
  synchronized void remove(ListId id) {
    lists.remove(id);
    Set<UniEmitter<? super Void>> left = waiting.remove(id);
    if (left != null) {
      wake(left);
    }
  }

  /** The list, unless it has ended (rule 7). */
  Optional<ServedList> get(ListId id, Instant now) {
    return Optional.ofNullable(lists.get(id)).filter(list -> now.isBefore(list.expiresAt()));
  }

  /** Every list that has not ended, oldest first. */
  List<ServedList> all(Instant now) {
    return lists.values().stream()
        .filter(list -> now.isBefore(list.expiresAt()))
        .sorted(Comparator.comparingLong(list -> list.id().value()))
        .toList();
  }

  /** Ends when the list changes or the time is up; at once when the etag is not the present one. */
  Uni<Void> changed(ListId id, String etag, Duration atMost) {
    return Uni.createFrom()
        .<Void>emitter(emitter -> await(id, etag, emitter))
        .ifNoItem()
        .after(atMost)
        .recoverWithItem(() -> null);
  }

  private void await(ListId id, String etag, UniEmitter<? super Void> emitter) {
    if (waitingCount.incrementAndGet() > MOST_WAITING) {
      waitingCount.decrementAndGet();
      emitter.complete(null);
      return;
    }
    Set<UniEmitter<? super Void>> others =
        waiting.computeIfAbsent(id, list -> ConcurrentHashMap.newKeySet());
    others.add(emitter);
    emitter.onTermination(() -> leave(others, emitter));
    // Looked at only now: a change between the look and the queueing would be slept through.
    ServedList present = lists.get(id);
    if (present == null || !present.etag().equals(etag)) {
      release(others, emitter);
    }
  }

  private void wake(Set<UniEmitter<? super Void>> all) {
    new ArrayList<>(all).forEach(emitter -> release(all, emitter));
  }

  private void release(Set<UniEmitter<? super Void>> all, UniEmitter<? super Void> emitter) {
    leave(all, emitter);
    emitter.complete(null);
  }

  private void leave(Set<UniEmitter<? super Void>> all, UniEmitter<? super Void> emitter) {
    if (all.remove(emitter)) {
      waitingCount.decrementAndGet();
    }
  }
}
