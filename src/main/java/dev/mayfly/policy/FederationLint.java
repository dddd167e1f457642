package dev.mayfly.policy;

import dev.mayfly.policy.PolicyLint.Draft;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges who can come to be whom: trusts, conditions, templates, and the names they lead to.
 *
 * <p>A federated entry must tie its condition to workloads that the policy names ({@link
 * PinnedClaims}), and its template must use only claims so tied. Otherwise whoever the issuer
 * vouches for could walk in, or choose a name that belongs to another entry.
 */
final class FederationLint {

  private static final long MOST_NAMES = 1_000;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Draft draft;
  private final Map<String, String> entryByName = new HashMap<>();
  private final Set<String> trustDomains = new HashSet<>();
  private final List<Claimant> claimants = new ArrayList<>();

  /** A federated entry that came through, kept to be compared with the others. */
  private record Claimant(IdentityEntry entry, String issuer, PinnedClaims pins) {}

  private FederationLint(Draft draft) {
    this.draft = draft;
  }

  static void check(Draft draft) {
    FederationLint lint = new FederationLint(draft);
    new TreeMap<>(draft.policy().trusts()).values().forEach(lint::trust);
    for (IdentityEntry entry : new TreeMap<>(draft.policy().identities()).values()) {
      switch (entry.proving()) {
        case Proving.PrivateKeyJwt client -> lint.fixed(entry, "client", client.spiffeId());
        case Proving.Join join -> lint.fixed(entry, "join", join.spiffeId());
        case Proving.Issued issued -> lint.fixed(entry, "certificate", issued.spiffeId());
        case Proving.SelfSigned own -> lint.fixed(entry, "certificate", own.spiffeId());
        case Proving.Federated federated -> lint.federated(entry, federated);
        case Proving.Login login -> {} // judged below, against the names taken here
      }
    }
    LoginLint.check(draft, lint.entryByName);
  }

  /** Whether a role's condition compiles; a finding if not. */
  static void compiles(Draft draft, String path, String source) {
    compile(draft, path + ".condition", source, Condition.Scope.MINT);
  }

  private void trust(Trust trust) {
    String path = "trusts." + trust.id();
    secure(draft, path + ".issuer", URI.create(trust.issuer()));
    if (trust.keys() instanceof KeySource.JwksUri(URI uri)) {
      secure(draft, path + ".keys.jwks-uri", uri);
    }
    if (trust.keys() instanceof KeySource.Bundle(URI uri)) {
      secure(draft, path + ".bundle.url", uri);
    }
    if (trust.trustDomain().filter(domain -> !trustDomains.add(domain)).isPresent()) {
      draft.error(
          FindingCode.SHARED_TRUST_DOMAIN,
          path + ".spiffe",
          "another trust has this trust domain: a domain's keys come from one bundle");
    }
    if (trust.audience().filter(audience -> audience.contains("*")).isPresent()) {
      draft.error(FindingCode.WILDCARD, path + ".audience", "an audience is compared exactly");
    }
  }

  /** Whoever answers for it must be who is meant. */
  static void secure(Draft draft, String path, URI uri) {
    if ("http".equals(uri.getScheme()) && !LOOPBACK.contains(uri.getHost())) {
      draft.error(
          FindingCode.INSECURE_URI,
          path,
          "what is believed comes over https; http is for loopback");
    }
  }

  private void fixed(IdentityEntry entry, String way, String spiffeId) {
    String path = "identities.%s.%s.spiffe-id".formatted(entry.id(), way);
    if (inTrustDomain(draft, path, spiffeId)) {
      takeName(path, entry, spiffeId);
    }
  }

  private void federated(IdentityEntry entry, Proving.Federated federated) {
    String path = "identities.%s.federated".formatted(entry.id());
    Trust trust = draft.policy().trusts().get(federated.trust());
    if (trust == null) {
      draft.error(
          FindingCode.UNKNOWN_TRUST, path + ".trust", "there is no trust " + federated.trust());
      return;
    }
    Optional<Condition> condition =
        compile(draft, path + ".condition", federated.conditionSource(), Condition.Scope.PROOF);
    boolean named = inTrustDomain(draft, path + ".spiffe-id", federated.spiffeTemplate());
    if (condition.isEmpty() || !named) {
      return;
    }
    PinnedClaims pins = PinnedClaims.of(condition.get());
    closed(path, pins);
    SpiffeTemplate.parse(federated.spiffeTemplate(), draft.policy().trustDomain())
        .ifPresent(template -> names(path, entry, template, pins));
    overlaps(path, new Claimant(entry, trust.issuer(), pins));
  }

  private void closed(String path, PinnedClaims pins) {
    if (!pins.nameTheWorkload()) {
      draft.error(
          FindingCode.OPEN_SUBJECT,
          path + ".condition",
          "the condition must tie a claim that names the workload (sub, repository, project_path,"
              + " client_id ...) to values written here, with == or in");
    }
    boolean wildcard =
        pins.values().values().stream()
            .flatMap(Set::stream)
            .anyMatch(value -> value instanceof String text && text.contains("*"));
    if (wildcard) {
      draft.error(
          FindingCode.WILDCARD,
          path + ".condition",
          "== and in compare exactly: write out what is meant by *");
    }
  }

  private void names(String path, IdentityEntry entry, SpiffeTemplate template, PinnedClaims pins) {
    String at = path + ".spiffe-id";
    if (!template.claims().stream().allMatch(pins::contains)) {
      draft.error(
          FindingCode.OPEN_SUBJECT,
          at,
          "the name uses a claim that the condition does not tie to values with == or in");
      return;
    }
    long count = PossibleNames.count(template, pins);
    if (count > MOST_NAMES) {
      draft.error(
          FindingCode.OPEN_SUBJECT, at, "this makes more than %,d names".formatted(MOST_NAMES));
      return;
    }
    Set<String> names = PossibleNames.of(template, pins);
    if (names.size() < count) {
      draft.error(
          FindingCode.BAD_SPIFFE_ID,
          at,
          "a value the condition allows cannot stand in a name, or two make the same name: use"
              + " claims made of letters, digits, dots, hyphens and underscores");
    }
    names.forEach(name -> takeName(at, entry, name));
  }

  private void takeName(String path, IdentityEntry entry, String name) {
    String other = entryByName.putIfAbsent(name, entry.id());
    if (other != null) {
      draft.error(
          FindingCode.DUPLICATE_SPIFFE_ID, path, "%s can have this name too".formatted(other));
    }
  }

  private void overlaps(String path, Claimant claimant) {
    for (Claimant other : claimants) {
      if (other.issuer().equals(claimant.issuer()) && !other.pins().excludes(claimant.pins())) {
        draft.warning(
            FindingCode.OVERLAPPING_FEDERATION,
            path + ".condition",
            "one token could meet this condition and that of %s: such a token is refused"
                .formatted(other.entry().id()));
      }
    }
    claimants.add(claimant);
  }

  static boolean inTrustDomain(Draft draft, String path, String name) {
    if (SpiffeId.trustDomainOf(name).equals(draft.policy().trustDomain())) {
      return true;
    }
    draft.error(
        FindingCode.OUTSIDE_TRUST_DOMAIN,
        path,
        "the name must be in the trust domain " + draft.policy().trustDomain());
    return false;
  }

  static Optional<Condition> compile(
      Draft draft, String path, String source, Condition.Scope scope) {
    return switch (Condition.compile(source, scope)) {
      case Condition.Compiled.Ok(Condition condition) -> Optional.of(condition);
      case Condition.Compiled.Wrong(int line, int column, String message) -> {
        draft.error(
            FindingCode.BROKEN_CONDITION,
            path,
            "line %d of the condition: %s".formatted(line, message));
        yield Optional.empty();
      }
    };
  }
}
