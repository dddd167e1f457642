package dev.mayfly.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The SSH certificates that a role gives (draft-ietf-sshm-cert).
 *
 * @param sourceAddress CIDR blocks it may be used from; none: from anywhere
 * @param forceCommand the only command it runs
 * @param extensions what else it allows, e.g. {@code permit-pty}
 * @param ttl the longest life of a certificate
 */
public record SshRules(
    Type type,
    List<Principal> principals,
    Set<String> sourceAddress,
    Optional<String> forceCommand,
    Set<String> extensions,
    Duration ttl) {

  public SshRules {
    principals = List.copyOf(principals);
    sourceAddress = Set.copyOf(sourceAddress);
    extensions = Set.copyOf(extensions);
  }

  /** Whom a certificate is shown by. */
  public enum Type {
    USER,
    HOST;

    /** As the policy and the ledger write it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A login name or a host name, with places for claims. */
  public static final class Principal {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,252}");

    /** Of a host's name, as in an X.509 certificate: a claim's value fills one label. */
    private static final Pattern LABEL =
        Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?");

    /** Who names themselves so at their provider must not become it. */
    private static final Set<String> NEVER_CLAIMED = Set.of("root", "admin", "administrator");

    private final ClaimTemplate template;

    private Principal(ClaimTemplate template) {
      this.template = template;
    }

    /** The principal, or empty when the text is none: it has no comma, no space, no wildcard. */
    static Optional<Principal> parse(String text, Type type) {
      ClaimTemplate template =
          ClaimTemplate.parse(text, type == Type.HOST ? LABEL : ClaimTemplate.SEGMENT);
      return NAME.matcher(template.with("x")).matches()
          ? Optional.of(new Principal(template))
          : Optional.empty();
    }

    Optional<String> fill(Map<String, Object> claims) {
      return template
          .fill(claims)
          .filter(name -> NAME.matcher(name).matches())
          .filter(name -> template.claims().isEmpty() || !NEVER_CLAIMED.contains(name));
    }
  }

  /** Sorted; empty when a claim is missing or holds what no principal may. */
  Optional<Set<String>> principalsFor(Subject subject) {
    Set<String> names = new TreeSet<>();
    for (Principal principal : principals) {
      Optional<String> name = principal.fill(subject.attributes());
      if (name.isEmpty()) {
        return Optional.empty();
      }
      names.add(name.get());
    }
    return Optional.of(names);
  }
}
