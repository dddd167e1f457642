package dev.mayfly.delivery;

import io.smallrye.mutiny.Uni;

/** A way to somebody outside. */
interface Channel {

  /** Tries once. A failure that is no {@link Sent} is taken for a failed try. */
  Uni<Sent> send(Message message);
}
