package dev.mayfly.identity.certificate;

import static dev.mayfly.identity.certificate.TestAuthority.NOW;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.Outcome;
import dev.mayfly.identity.IdentityLimits;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.TrustKeys;
import dev.mayfly.policy.BundleAuthorities;
import dev.mayfly.policy.Ceilings;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Policy;
import dev.mayfly.policy.Proving;
import dev.mayfly.policy.Trust;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.mutiny.core.Vertx;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;

/** Two trust domains of others, their bundles, and a policy that knows one workload of each. */
public final class MeshWorld implements AutoCloseable {

  public static final String PACKER = "spiffe://mesh.example/warehouse/packer";
  static final String OTHER_PACKER = "spiffe://other.example/warehouse/packer";
  static final String NAME = "spiffe://td.example/mesh/packer";

  static final TestAuthority MESH = TestAuthority.root("CN=mesh");
  static final TestAuthority OTHER = TestAuthority.root("CN=other");

  final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final TrustKeys keys =
      new TrustKeys(IdentityLimits.defaults(), now::get, new SimpleMeterRegistry());
  private final ForeignSvids svids;

  MeshWorld(Vertx vertx) {
    this.svids = new ForeignSvids(keys, vertx, now::get);
  }

  /** The packer's, of the mesh, to be spoilt. */
  static TestAuthority.Wanted svid() {
    return TestAuthority.wanted()
        .name(GeneralName.uniformResourceIdentifier, PACKER)
        .usage(KeyUsage.digitalSignature);
  }

  /** An entry of a bundle (X509-SVID 6.1). */
  public static Map<String, Object> member(X509Certificate authority) {
    try {
      Map<String, Object> member =
          new LinkedHashMap<>(
              new ECKey.Builder(Curve.P_256, (ECPublicKey) authority.getPublicKey())
                  .build()
                  .toJSONObject());
      member.put("use", "x509-svid");
      member.put("x5c", List.of(Base64.getEncoder().encodeToString(authority.getEncoded())));
      return member;
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Map<String, Object>> members(TestAuthority... authorities) {
    return Arrays.stream(authorities)
        .map(TestAuthority::certificate)
        .map(MeshWorld::member)
        .toList();
  }

  static KeySource fixed(TestAuthority... authorities) {
    return new KeySource.StaticJwks(new JWKSet(), BundleAuthorities.of(members(authorities)));
  }

  static CompiledPolicy policy(KeySource mesh, KeySource other) {
    return policy(
        Map.of(
            "mesh",
            trust("mesh", "mesh.example", mesh),
            "other",
            trust("other", "other.example", other)),
        Map.of(
            "packer",
            entry("packer", "mesh", PACKER, NAME),
            "other-packer",
            entry("other-packer", "other", OTHER_PACKER, "spiffe://td.example/other/packer")));
  }

  /** Somebody else's bundle under the broker's own trust domain. */
  static CompiledPolicy policyOfOwnDomain(KeySource keys) {
    return policy(
        Map.of("own", trust("own", "td.example", keys)),
        Map.of("packer", entry("packer", "own", NAME, NAME)));
  }

  private static CompiledPolicy policy(
      Map<String, Trust> trusts, Map<String, IdentityEntry> entries) {
    return CompiledPolicy.of(
        new Policy(
            1,
            "td.example",
            new Ceilings(
                Duration.ofMinutes(15), Duration.ofHours(8), Duration.ofDays(366), Duration.ZERO),
            Optional.empty(),
            trusts,
            Map.of(),
            Map.of(),
            entries,
            Map.of(),
            List.of()),
        "https://broker.example");
  }

  private static Trust trust(String id, String domain, KeySource keys) {
    return new Trust(
        id,
        "spiffe://" + domain,
        keys,
        Optional.empty(),
        Set.of("ES256"),
        false,
        Duration.ofHours(1),
        Optional.of(domain));
  }

  private static IdentityEntry entry(String id, String trust, String workload, String name) {
    return new IdentityEntry(
        id,
        IdentityEntry.Kind.WORKLOAD,
        "team",
        "prod",
        NOW.plus(Duration.ofDays(1)),
        Set.of(),
        new Proving.Federated(trust, "claims.sub == '" + workload + "'", name),
        "");
  }

  Outcome<Proven> prove(ShownCertificate shown, String client, CompiledPolicy policy) {
    return svids.prove(shown, client, policy).await().atMost(Duration.ofSeconds(20));
  }

  @Override
  public void close() {
    keys.close();
  }
}
