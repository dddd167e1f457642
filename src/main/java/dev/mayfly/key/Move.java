package dev.mayfly.key;

import java.util.Optional;

/** One step of a ring's keys; each is one transaction. */
sealed interface Move {

  /** Make a key and publish it. */
  record Prepare() implements Move {}

  /** Note that every live node publishes it: the lead begins. */
  record Publish(KeyRecord key) implements Move {}

  /** The PREPARED key signs from now on, the one before it only verifies. */
  record Activate(KeyRecord next, Optional<KeyRecord> before) implements Move {}

  /** Nothing it signed is alive: the private part goes, relying services no longer see it. */
  record Retire(KeyRecord key, String cause) implements Move {}

  /** Only the row stays. */
  record Remove(KeyRecord key) implements Move {}
}
