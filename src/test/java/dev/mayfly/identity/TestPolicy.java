package dev.mayfly.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.MayflyConfig;
import dev.mayfly.policy.Ceilings;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Policy;
import dev.mayfly.policy.Proving;
import dev.mayfly.policy.Trust;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A policy of clients and trusts as a test needs it, and the installation it belongs to. */
final class TestPolicy {

  static final String ISSUER = "https://broker.example";
  static final Instant NOW = Instant.parse("2031-05-06T07:08:09Z");
  static final Instant REVIEW_AT = Instant.parse("2031-06-01T00:00:00Z");
  static final Duration GRACE = Duration.ofDays(7);

  private final Map<String, IdentityEntry> entries = new LinkedHashMap<>();
  private final Map<String, Trust> trusts = new LinkedHashMap<>();
  private long revision = 1;
  private Instant reviewAt = REVIEW_AT;

  TestPolicy revision(long number) {
    revision = number;
    return this;
  }

  TestPolicy reviewAt(Instant at) {
    reviewAt = at;
    return this;
  }

  TestPolicy client(String spiffeId, Set<String> algorithms, JWK... keys) {
    JWKSet set = new JWKSet(new ArrayList<>(Arrays.asList(keys)));
    return entry(new Proving.PrivateKeyJwt(spiffeId, algorithms, set));
  }

  TestPolicy trust(String id, String issuer, KeySource keys) {
    return trust(
        new Trust(
            id,
            issuer,
            keys,
            Optional.empty(),
            Set.of("RS256", "ES256"),
            false,
            Duration.ofHours(1)));
  }

  TestPolicy trust(Trust trust) {
    trusts.put(trust.id(), trust);
    return this;
  }

  TestPolicy federated(String trust, String condition, String template) {
    return entry(new Proving.Federated(trust, condition, template));
  }

  CompiledPolicy compiled() {
    return CompiledPolicy.of(
        new Policy(
            revision,
            "td.example",
            new Ceilings(Duration.ofMinutes(15), Duration.ofHours(8), Duration.ofDays(366), GRACE),
            Optional.empty(),
            trusts,
            Map.of(),
            Map.of(),
            entries,
            Map.of(),
            List.of()),
        ISSUER);
  }

  private TestPolicy entry(Proving proving) {
    String id = "entry-" + (entries.size() + 1);
    entries.put(
        id,
        new IdentityEntry(
            id,
            IdentityEntry.Kind.WORKLOAD,
            "team-payments",
            "prod",
            reviewAt,
            Set.of(),
            proving,
            ""));
    return this;
  }

  static MayflyConfig mayfly() {
    return mayfly(ISSUER);
  }

  static MayflyConfig mayfly(String issuer) {
    return new MayflyConfig() {
      @Override
      public String issuer() {
        return issuer;
      }

      @Override
      public Path data() {
        throw new UnsupportedOperationException();
      }

      @Override
      public Node node() {
        throw new UnsupportedOperationException();
      }

      @Override
      public Database database() {
        throw new UnsupportedOperationException();
      }
    };
  }
}
