package dev.mayfly.http.admin;

import dev.mayfly.policy.PolicyBook;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Ready only with a policy to decide by; says which version. */
@Readiness
@Startup
@ApplicationScoped
class PolicyCheck implements HealthCheck {

  private static final String NAME = "policy";

  private final PolicyBook book;

  PolicyCheck(PolicyBook book) {
    this.book = book;
  }

  @Override
  public HealthCheckResponse call() {
    try {
      return HealthCheckResponse.named(NAME)
          .up()
          .withData("version", book.current().version())
          .build();
    } catch (IllegalStateException e) {
      return HealthCheckResponse.down(NAME);
    }
  }
}
