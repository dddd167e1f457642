package dev.mayfly.http.admin;

import dev.mayfly.revocation.files.ListFiles;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Tells how the lists' folder stands. Never a reason not to be ready: a full disk would take every
 * node away that shares it, and lists are served without it.
 */
@Readiness
@ApplicationScoped
class ListFilesCheck implements HealthCheck {

  private final ListFiles files;

  ListFilesCheck(ListFiles files) {
    this.files = files;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("list-files")
        .up()
        .withData("folder", files.standing().orElse("none is set"))
        .build();
  }
}
