package dev.mayfly.identity;

import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Reads the room's settings when the broker starts, so that an unsafe one stops it there. */
final class IdentityWiring {

  @Produces
  @Singleton
  @Startup
  IdentityLimits limits(IdentityConfig config) {
    return IdentityLimits.of(config);
  }
}
