package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.identity.certificate.MeshWorld;
import dev.mayfly.identity.certificate.TestAuthority;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The shop with clients that show certificates which are not Mayfly's, and the keys of those: a
 * printer that a partner's authority vouches for, a scanner with one certificate of its own, and a
 * loader of another trust domain.
 */
final class TlsPolicy {

  static final String FOLDER = "test.tls.folder";
  static final String PROXY = "127.9.9.9";
  static final String MTLS_URL = "https://mtls.shop.test:8443";
  static final String PRINTER = "spiffe://shop.test/warehouse/printer";
  static final String PRINTER_HOST = "printer.partner.test";
  static final String SCANNER = "spiffe://shop.test/warehouse/scanner";
  static final String LOADER = "spiffe://grid.test/warehouse/loader";
  static final String LOADER_HERE = "spiffe://shop.test/warehouse/loader";

  private TlsPolicy() {}

  static Path write(Path folder) throws IOException {
    TestAuthority partner = authority("CN=partner");
    TestAuthority scanner = authority("CN=scanner");
    keep(folder, "partner", partner);
    keep(folder, "scanner", scanner);
    TestAuthority grid = authority("CN=grid");
    keep(folder, "grid", grid);
    String policy = Files.readString(Path.of("keys-dev/policy.yaml"));
    policy =
        under(
            policy,
            "trusts",
            TRUST
                .replace("PEM", pem(partner.certificate()))
                .replace("JWK", new JsonObject(MeshWorld.member(grid.certificate())).encode()));
    policy = under(policy, "identities", IDENTITIES.replace("PEM", pem(scanner.certificate())));
    policy = under(policy, "roles", ROLES);
    policy = under(policy, "entitlements", ENTITLEMENTS);
    return Files.writeString(folder.resolve("policy.yaml"), policy);
  }

  private static final String TRUST =
      """
        partner: {x509: {authorities: ["PEM"], revocation: none}}
        grid: {spiffe: grid.test, bundle: {jwks: {keys: [JWK]}}, algorithms: [ES256], max-lifetime: 1h}
      """;

  private static final String IDENTITIES =
      """
        printer:
          kind: workload
          owner: team-warehouse
          environment: dev
          review: 2041-06-30
          certificate:
            {trust: partner, san-dns: printer.partner.test, spiffe-id: spiffe://shop.test/warehouse/printer}
        scanner:
          kind: workload
          owner: team-warehouse
          environment: dev
          review: 2041-06-30
          certificate: {self-signed: ["PEM"], spiffe-id: spiffe://shop.test/warehouse/scanner}
        loader:
          kind: workload
          owner: team-warehouse
          environment: dev
          review: 2041-06-30
          federated:
            trust: grid
            condition: claims.sub == 'spiffe://grid.test/warehouse/loader'
            spiffe-id: spiffe://shop.test/warehouse/loader
      """;

  private static final String ROLES =
      """
        orders-bound:
          owner: team-fulfilment
          description: Looks at orders, by TLS with a certificate
          audiences: ["https://orders.shop.test"]
          scopes: ["orders:read"]
          ttl: 5m
          grant: 1h
          environments: [dev]
          sender-constrained: mtls
        mayfly-bound:
          owner: team-platform
          description: Looks at Mayfly, by TLS with a certificate
          audiences: [mayfly]
          scopes: ["mayfly:read"]
          ttl: 5m
          grant: 1h
          environments: [dev]
          sender-constrained: mtls
        shop-tls:
          owner: team-storefront
          description: Is a client by TLS
          ttl: 5m
          grant: 1h
          environments: [dev]
          x509: {profile: svid, ttl: 10m}
      """;

  private static final String ENTITLEMENTS =
      """
        - {role: orders-reader, identity: printer, type: standing, until: 2041-06-30}
        - {role: orders-bound, identity: printer, type: standing, until: 2041-06-30}
        - {role: mayfly-bound, identity: printer, type: standing, until: 2041-06-30}
        - {role: orders-reader, identity: scanner, type: standing, until: 2041-06-30}
        - {role: orders-bound, identity: checkout, type: standing, until: 2041-06-30}
        - {role: shop-tls, identity: loader, type: standing, until: 2041-06-30}
        - {role: orders-bound, identity: loader, type: standing, until: 2041-06-30}
        - {role: shop-tls, identity: till, type: standing, until: 2041-06-30}
        - {role: shop-tls, identity: checkout, type: standing, until: 2041-06-30}
      """;

  private static String under(String policy, String key, String more) {
    String changed = policy.replace("\n" + key + ":\n", "\n" + key + ":\n" + more);
    assertThat(changed).isNotEqualTo(policy);
    return changed;
  }

  private static TestAuthority authority(String name) {
    return TestAuthority.root(
        TestAuthority.wanted()
            .subject(name)
            .authority(1)
            .from(Instant.now().minus(Duration.ofHours(1))));
  }

  /** In one line, for a YAML text in quotation marks. */
  private static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\\n"
          + Base64.getEncoder().encodeToString(certificate.getEncoded())
          + "\\n-----END CERTIFICATE-----";
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void keep(Path folder, String name, TestAuthority holder) throws IOException {
    Files.writeString(
        folder.resolve(name + ".pem"),
        pem(holder.certificate()).replace("\\n", "\n"),
        StandardCharsets.US_ASCII);
    Files.write(folder.resolve(name + ".key"), holder.pair().getPrivate().getEncoded());
  }

  static TestAuthority partner() {
    return read("partner");
  }

  static TlsHolding scanner() {
    TestAuthority scanner = read("scanner");
    return new TlsHolding(scanner.pair(), scanner.certificate());
  }

  /** A certificate of the partner's for the printer, good now unless it is changed. */
  static TestAuthority.Wanted printer() {
    Instant now = Instant.now();
    return TestAuthority.wanted()
        .name(GeneralName.dNSName, PRINTER_HOST)
        .from(now.minusSeconds(60))
        .until(now.plus(Duration.ofHours(1)));
  }

  static TlsHolding holding(TestAuthority.Wanted wanted) {
    TestAuthority below = partner().below(wanted);
    return new TlsHolding(below.pair(), below.certificate());
  }

  /** An X509-SVID of the other trust domain, by way of an authority between. */
  static TlsHolding svid(String name) {
    return svid(read("grid"), name);
  }

  static TlsHolding svid(TestAuthority root, String name) {
    Instant now = Instant.now();
    TestAuthority between =
        root.below(
            TestAuthority.wanted()
                .subject("CN=between")
                .authority(0)
                .from(now.minusSeconds(60))
                .until(now.plus(Duration.ofHours(1))));
    TestAuthority leaf =
        between.below(
            TestAuthority.wanted()
                .name(GeneralName.uniformResourceIdentifier, name)
                .usage(KeyUsage.digitalSignature)
                .from(now.minusSeconds(60))
                .until(now.plus(Duration.ofMinutes(30))));
    return new TlsHolding(leaf.pair(), List.of(leaf.certificate(), between.certificate()));
  }

  private static TestAuthority read(String name) {
    try {
      Path folder = Path.of(ConfigProvider.getConfig().getValue(FOLDER, String.class));
      X509Certificate certificate =
          Certified.certificate(Files.readString(folder.resolve(name + ".pem")));
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve(name + ".key"))));
      return new TestAuthority(certificate, new KeyPair(certificate.getPublicKey(), key));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
