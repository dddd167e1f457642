package dev.mayfly.http.admin;

import dev.mayfly.key.Alg;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.policy.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Ready only while each ring that a role or a list needs has an ACTIVE key (rule 5). */
@Readiness
@Startup
@ApplicationScoped
class KeyRingsCheck implements HealthCheck {

  private final KeyRings rings;
  private final PolicyBook book;

  KeyRingsCheck(KeyRings rings, PolicyBook book) {
    this.rings = rings;
    this.book = book;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("key-rings");
    boolean[] all = {true};
    needed()
        .forEach(
            ring -> {
              boolean active = rings.active(ring).isPresent();
              all[0] &= active;
              answer.withData(ring.toString(), active ? "ACTIVE" : "no ACTIVE key");
            });
    return answer.status(all[0]).build();
  }

  private Stream<RingName> needed() {
    Stream<RingName> lists = Stream.of(new RingName(RingName.STATUS_LIST, Alg.ES256));
    return Stream.concat(lists, tokens()).distinct();
  }

  /** Without a policy nothing is needed for tokens; {@link PolicyCheck} says that. */
  private Stream<RingName> tokens() {
    try {
      return book.current().policy().roles().values().stream()
          .map(Role::alg)
          .distinct()
          .flatMap(name -> Alg.named(name).stream())
          .map(alg -> new RingName(RingName.JWT, alg));
    } catch (IllegalStateException e) {
      return Stream.empty();
    }
  }
}
