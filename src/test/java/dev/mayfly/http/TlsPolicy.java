package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.identity.certificate.TestAuthority;
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
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The shop with clients that show certificates which are not Mayfly's, and the keys of those: a
 * printer that a partner's authority vouches for, and a scanner with one certificate of its own.
 */
final class TlsPolicy {

  static final String FOLDER = "test.tls.folder";
  static final String PROXY = "127.9.9.9";
  static final String MTLS_URL = "https://mtls.shop.test:8443";
  static final String PRINTER = "spiffe://shop.test/warehouse/printer";
  static final String PRINTER_HOST = "printer.partner.test";
  static final String SCANNER = "spiffe://shop.test/warehouse/scanner";

  private TlsPolicy() {}

  static Path write(Path folder) throws IOException {
    TestAuthority partner = authority("CN=partner");
    TestAuthority scanner = authority("CN=scanner");
    keep(folder, "partner", partner);
    keep(folder, "scanner", scanner);
    String policy = Files.readString(Path.of("keys-dev/policy.yaml"));
    policy = under(policy, "trusts", TRUST.replace("PEM", pem(partner.certificate())));
    policy = under(policy, "identities", IDENTITIES.replace("PEM", pem(scanner.certificate())));
    policy = under(policy, "roles", ROLES);
    policy = under(policy, "entitlements", ENTITLEMENTS);
    return Files.writeString(folder.resolve("policy.yaml"), policy);
  }

  private static final String TRUST =
      """
        partner: {x509: {authorities: ["PEM"], revocation: none}}
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
        .name(org.bouncycastle.asn1.x509.GeneralName.dNSName, PRINTER_HOST)
        .from(now.minusSeconds(60))
        .until(now.plus(Duration.ofHours(1)));
  }

  static TlsHolding holding(TestAuthority.Wanted wanted) {
    TestAuthority below = partner().below(wanted);
    return new TlsHolding(below.pair(), below.certificate());
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
