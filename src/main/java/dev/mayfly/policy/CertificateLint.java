package dev.mayfly.policy;

import dev.mayfly.policy.PolicyLint.Draft;
import java.time.Duration;

/** Judges what roles say of certificates. */
final class CertificateLint {

  /** The keys that sign them live for a week or longer: a sixth of that and a little less. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private CertificateLint() {}

  static void check(Draft draft) {
    Ceilings ceilings = draft.policy().ceilings();
    tooHigh(draft, "ceilings.x509", ceilings.x509());
    tooHigh(draft, "ceilings.ssh", ceilings.ssh());
    for (Role role : draft.policy().roles().values()) {
      String path = "roles." + role.id();
      role.x509().ifPresent(x -> ttl(draft, path + ".x509.ttl", x.ttl(), ceilings.x509(), role));
      role.ssh().ifPresent(s -> ttl(draft, path + ".ssh.ttl", s.ttl(), ceilings.ssh(), role));
      if (role.scopes().stream().anyMatch(scope -> scope.startsWith(Form.PREFIX))) {
        draft.error(
            FindingCode.BAD_VALUE,
            path + ".scopes",
            "cert: stands for the certificates that x509 and ssh give: no scope begins with it");
      }
      if ((role.x509().isPresent() || role.ssh().isPresent())
          && role.audiences().contains(Role.BROKER)) {
        draft.error(
            FindingCode.BROKER_AUDIENCE,
            path,
            "a role for Mayfly's own API gives tokens only: put certificates in a role of their"
                + " own");
      }
    }
  }

  private static void tooHigh(Draft draft, String path, Duration ceiling) {
    if (ceiling.compareTo(LONGEST) > 0) {
      draft.error(
          FindingCode.CEILING_TOO_HIGH, path, "no certificate lives longer than a day: lower it");
    }
  }

  private static void ttl(Draft draft, String path, Duration ttl, Duration ceiling, Role role) {
    if (ttl.compareTo(ceiling) > 0) {
      draft.error(
          FindingCode.TTL_PAST_CEILING, path, "the ttl is longer than its ceiling: shorten it");
    }
    if (ttl.compareTo(role.grant()) > 0) {
      draft.error(
          FindingCode.TTL_PAST_CEILING,
          path,
          "the ttl is longer than the role's grant, which no credential outlives");
    }
  }
}
