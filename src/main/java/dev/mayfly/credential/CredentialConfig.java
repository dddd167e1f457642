package dev.mayfly.credential;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the ledger gathers, and how lists are cut. */
@ConfigMapping(prefix = "mayfly.credential")
public interface CredentialConfig {

  /** The most credentials one statement records. */
  @WithDefault("256")
  int batch();

  /**
   * The most requests that may wait for the ledger; beyond it a mint is told to come back (503).
   */
  @WithDefault("5000")
  int waiting();

  /** How long the same Idempotency-Key yields the same credential. */
  @WithDefault("PT10M")
  Duration idempotencyWindow();

  /** Entries of one status list; a multiple of 8. */
  @WithDefault("131072")
  int listSize();

  /** Certificates of one CRL shard, or of one shard of the KRL; a multiple of 8. */
  @WithDefault("4096")
  int shardSize();

  /** Credentials whose expiry falls into the same stretch of this length share a list. */
  @WithDefault("PT15M")
  Duration listGroup();
}
