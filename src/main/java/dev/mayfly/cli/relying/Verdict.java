package dev.mayfly.cli.relying;

import dev.mayfly.cli.broker.Json;
import java.net.URI;
import java.time.Instant;

/** What an offline verification came to. */
public sealed interface Verdict {

  /** Believe it until {@code freshUntil}, then look at the list again; never past the expiry. */
  record Valid(
      Json header, Json claims, Instant expiresAt, URI list, long index, Instant freshUntil)
      implements Verdict {}

  /** Do not believe it. The code is stable, the sentence is for people. */
  record Invalid(String code, String say) implements Verdict {}
}
