package dev.mayfly.boot;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.time.InstantSource;

/** Beans that belong to no room. */
final class Wiring {

  /**
   * The node's clock: good for what is measured and shown. The database's clock decides (rule 3).
   */
  @Produces
  @ApplicationScoped
  InstantSource clock() {
    return Clock.systemUTC();
  }
}
