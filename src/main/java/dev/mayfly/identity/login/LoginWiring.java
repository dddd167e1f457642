package dev.mayfly.identity.login;

import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Reads the room's settings when the broker starts, so that an unsafe one stops it there. */
final class LoginWiring {

  @Produces
  @Singleton
  @Startup
  LoginLimits limits(LoginConfig config) {
    return LoginLimits.of(config);
  }
}
