package dev.mayfly.grant;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The clocks of a grant before it is active, and the reaper's pace. */
@ConfigMapping(prefix = "mayfly.grant")
public interface GrantConfig {

  /** How long a request may wait for its decision before it lapses. */
  @WithDefault("P1D")
  Duration requestWaits();

  /** How long an approval may wait to be activated before it lapses. */
  @WithDefault("PT1H")
  Duration approvalWaits();

  /** How long before its end a holder is reminded that a grant ends. */
  @WithDefault("PT5M")
  Duration reminder();

  /**
   * How long a scheduled start waits for outside facts that have no answer, before the grant is
   * taken back.
   */
  @WithDefault("PT10M")
  Duration startWaits();

  /** How often each node looks for grants that have run out. */
  @WithDefault("1s")
  Duration reaperEvery();

  /** How many grants one pass of the reaper ends in one transaction. */
  @WithDefault("2000")
  int reaperBatch();
}
