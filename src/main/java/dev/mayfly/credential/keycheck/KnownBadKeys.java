package dev.mayfly.credential.keycheck;

import dev.mayfly.Outcome;
import dev.mayfly.store.Node;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks every key that is to be certified up in the operator's lists of keys that others know the
 * private part of: nothing in such a key itself gives it away.
 */
@ApplicationScoped
public class KnownBadKeys {

  private static final Logger LOG = Logger.getLogger(KnownBadKeys.class);

  private final List<BadKeyList> lists;

  @Inject
  KnownBadKeys(KeyCheckConfig config) {
    this(config.knownBadKeys().orElse(List.of()));
  }

  /** Reads the files; blocks. What is wrong with one is said by the exception, in one sentence. */
  public KnownBadKeys(List<Path> files) {
    this.lists = files.stream().map(BadKeyList::read).toList();
  }

  /** Before the node is among the others: a list that cannot be had refuses the start. */
  void start(@Observes @Priority(Node.STARTS - 10) StartupEvent event) {
    for (BadKeyList list : lists) {
      LOG.infof("%d known-bad keys in %s", list.size(), list.file());
    }
  }

  /** The key itself, where it is on no list. */
  public Outcome<PublicKey> check(PublicKey key) {
    if (lists.isEmpty()) {
      return Outcome.ok(key);
    }
    long[] tails = KeyTails.of(key);
    String on =
        lists.stream()
            .filter(list -> list.hasAny(tails))
            .map(list -> list.file().getFileName().toString()) // not where the broker keeps it
            .collect(Collectors.joining(", "));
    return on.isEmpty()
        ? Outcome.ok(key)
        : WeakKeys.refused("is on a list of known-bad keys: " + on);
  }
}
