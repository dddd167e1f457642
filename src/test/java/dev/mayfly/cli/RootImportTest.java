package dev.mayfly.cli;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.x509.RootImports;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.store.Database;
import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker below an organisation's root, from the first refusal on; OpenSSL plays the root. */
@QuarkusTest
@TestProfile(RootImportTest.BelowAnother.class)
@QuarkusTestResource(BrokerDatabase.class)
class RootImportTest {

  private static final String CHECKOUT = "keys-dev/checkout.jwk.json";
  private static final String OPERATOR = "keys-dev/operator.jwk.json";
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Another root signs the broker's; the algorithms are not the usual ones. */
  public static final class BelowAnother implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> all = new HashMap<>(new StaffDesk.OwnPort().getConfigOverrides());
      all.put("mayfly.x509.root", "import");
      all.put(StaffDesk.OwnPort.TLS_NAME, "");
      all.put(
          "mayfly.key.rings",
          "jwt/ES256,statuslist/ES256,root/ES384,x509/Ed25519,ocsp/ES256,sshuser/Ed25519,"
              + "sshhost/Ed25519,jwt/RS256");
      return all;
    }
  }

  @ConfigProperty(name = "mayfly.issuer")
  String issuer;

  @Inject Database database;
  @Inject RootImports imports;

  @TempDir Path folder;
  private OrganisationsRoot organisation;
  private CommandRun mayfly;

  @BeforeEach
  void begin() {
    organisation = OrganisationsRoot.in(folder);
    mayfly = CommandRun.at(issuer, folder);
  }

  @Test
  void nothingIsIssued_untilTheOrganisationsRootHasSigned_andThenItIsBelieved() throws Exception {
    assertThat(mint()).isEqualTo(5);
    assertThat(mayfly.err()).contains("mayfly ca csr", "mayfly ca import");
    given().get(issuer + "/ca/trust.pem").then().statusCode(503);

    Path request = folder.resolve("request.pem");
    assertThat(ca("csr", "--out", request.toString())).as(mayfly.err()).isZero();
    assertThat(organisation.openssl("req -in request.pem -verify -noout -text"))
        .contains("verify OK", "Mayfly Root", "CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign");
    refusesWhatIsNoRootOfOurs(request);

    Path chain = organisation.sign(request, 900);
    refusesWhoMayOnlyRevoke(chain);
    assertThat(bring(chain)).as(mayfly.err()).isZero();
    assertThat(mayfly.out()).contains("imported", "Mayfly Root");
    assertThat(bring(chain)).isZero();
    assertThat(mayfly.out()).contains("unchanged");
    assertThat(imports()).describedAs("one change, one event (rule 8)").isEqualTo(1);

    assertThat(mint()).as(mayfly.err()).isZero();
    assertThat(certificates("trust.pem")).containsExactly(certificate(organisation.certificate()));
    assertThat(certificates("certificate.pem"))
        .describedAs("leaf, issuing CA, the imported one; not the organisation's root")
        .hasSize(3);
    isBelieved();
    replacesOnlyWithAReason(request);
    takesAlongWhatStandsBelow();
  }

  /** Nobody should believe the root, so nobody should believe what stands below it. */
  private void takesAlongWhatStandsBelow() throws Exception {
    long sequence = sequence();
    List<X509Certificate> chain = certificates("certificate.pem");
    String root = keyOfRequest();
    assertThat(
            mayfly.run(
                "revoke", "-k", OPERATOR, "--key", root, "--now", "--reason", "its host was lost"))
        .as(mayfly.err())
        .isZero();
    Eventually.within(SOON, () -> isRevoked(chain.getFirst()) && isRevoked(chain.get(1)));
    Eventually.within(SOON, () -> mint() == 5 && mayfly.err().contains("mayfly ca import"));
    assertThat(mayfly.run("audit", "-k", OPERATOR, "--limit", "200", "--json")).isZero();
    assertThat(mayfly.out().split("\"key\\.taint\"", -1)).hasSize(3); // root and issuing CA

    Path request = folder.resolve("successor.pem");
    assertThat(ca("csr", "--out", request.toString())).as(mayfly.err()).isZero();
    ofTwoAtOnceOneIsImported(request, Optional.empty(), 900, 901);
    Eventually.within(SOON, () -> mint() == 0);
    assertThat(certificates("certificate.pem").get(1)).isNotEqualTo(chain.get(1));
    isBelieved();
    Eventually.within(SOON, () -> sequence() > sequence);
    ofTwoAtOnceOneIsImported(request, Optional.of("it lives longer"), 1000, 1001);
  }

  private void ofTwoAtOnceOneIsImported(Path request, Optional<String> reason, int... days)
      throws Exception {
    int before = imports();
    List<String> chains = new ArrayList<>();
    for (int one : days) {
      chains.add(Files.readString(organisation.sign(request, one)));
    }
    new RivalImports(database, imports).oneWins(keyOfRequest(), chains, reason);
    assertThat(imports()).describedAs("one change, one event (rule 8)").isEqualTo(before + 1);
  }

  private String keyOfRequest() {
    assertThat(ca("csr", "--json")).as(mayfly.err()).isZero();
    return mayfly.out().replaceAll("(?s).*\"key\": ?\"([^\"]+)\".*", "$1");
  }

  private static boolean isRevoked(X509Certificate certificate) {
    try {
      return ((X509CRL)
              CertificateFactory.getInstance("X.509")
                  .generateCRL(new ByteArrayInputStream(crlOf(certificate))))
          .isRevoked(certificate);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] crlOf(X509Certificate certificate) {
    String bytes =
        new String(certificate.getExtensionValue("2.5.29.31"), StandardCharsets.ISO_8859_1);
    return given().get(bytes.substring(bytes.indexOf("http"))).asByteArray();
  }

  /** Who may take anything back may not say whom relying services trust. */
  private void refusesWhoMayOnlyRevoke(Path chain) throws Exception {
    assertThat(
            mayfly.run(
                "token", "-k", OPERATOR, "--role", "mayfly-operator", "--scope", "mayfly:revoke"))
        .as(mayfly.err())
        .isZero();
    given()
        .header("Authorization", "Bearer " + mayfly.out().strip())
        .contentType("application/json")
        .body(Map.of("chain", Files.readString(chain)))
        .post(issuer + "/v1/authorities/root")
        .then()
        .statusCode(403);
    assertThat(imports()).isZero();
  }

  private void refusesWhatIsNoRootOfOurs(Path request) throws Exception {
    assertThat(bring(organisation.signAs(request, "basicConstraints=critical,CA:FALSE")))
        .isEqualTo(3);
    assertThat(mayfly.err()).contains("certificate 1 must be an authority's");
    String signs = "keyUsage=critical,keyCertSign,cRLSign";
    bring(organisation.signAs(request, "basicConstraints=critical,CA:TRUE,pathlen:0", signs));
    assertThat(mayfly.err()).contains("a path length of at least 1");
    bring(
        organisation.signAs(
            request, "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"));
    assertThat(mayfly.err()).contains("keyCertSign and cRLSign");
    bring(organisation.sign(request, 2));
    assertThat(mayfly.err()).contains("ends before an issuing CA");
    bring(organisation.certificate());
    assertThat(mayfly.err()).contains("signed by the broker's own key");
    organisation.sign(request, 900);
    organisation.openssl(
        "req -x509 -newkey rsa:2048 -nodes -subj /O=Shop/CN=Shop-Root -keyout other.key -out other.pem");
    bring(organisation.chain("wrong.pem", "signed.pem", "other.pem"));
    assertThat(mayfly.err()).contains("certificate 1 is not signed by the next");
    organisation.openssl(
        "req -new -newkey rsa:2048 -nodes -subj /CN=Other -keyout stranger.key -out stranger.pem");
    bring(
        organisation.signAs(
            folder.resolve("stranger.pem"), "basicConstraints=critical,CA:TRUE", signs));
    assertThat(mayfly.err()).contains("for no root key of this broker");
    bring(organisation.write("text.pem", "nothing of the kind"));
    assertThat(mayfly.err()).contains("1 to 6 certificates");
    assertThat(imports()).isZero();
  }

  /** The leaf by the issuing CA's list, and that by the list of the broker's root. */
  private void isBelieved() throws Exception {
    List<X509Certificate> chain = certificates("certificate.pem");
    fetchCrl(chain.getFirst(), "leaf-crl");
    fetchCrl(chain.get(1), "root-crl");
    assertThat(
            organisation.openssl(
                "verify -x509_strict -crl_check -CAfile trust.pem -untrusted certificate.pem"
                    + " -CRLfile leaf-crl.pem certificate.pem"))
        .contains("certificate.pem: OK");
    organisation.write("issuing.pem", pem(chain.get(1)));
    assertThat(
            organisation.openssl(
                "verify -x509_strict -crl_check -CAfile trust.pem -untrusted certificate.pem"
                    + " -CRLfile root-crl.pem issuing.pem"))
        .contains("issuing.pem: OK");
  }

  private void replacesOnlyWithAReason(Path request) throws Exception {
    Eventually.within(SOON, () -> sequence() > 0); // mints hear of a root before the bundle does
    long sequence = sequence();
    Path longer = organisation.sign(request, 1800);
    assertThat(bring(longer)).isEqualTo(3);
    assertThat(mayfly.err()).contains("give a reason");
    Path other =
        organisation.signAs(
            request,
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=0102030405");
    assertThat(bring(other, "--reason", "another id")).isEqualTo(3);
    assertThat(mayfly.err()).contains("must be those of the certificate that it replaces");
    assertThat(sequence()).isEqualTo(sequence);

    assertThat(bring(longer, "--reason", "it lives longer")).as(mayfly.err()).isZero();
    assertThat(imports()).isEqualTo(2);
    Eventually.within(SOON, () -> sequence() > sequence);
    assertThat(mint()).as(mayfly.err()).isZero();
    assertThat(certificates("certificate.pem").getLast())
        .isEqualTo(certificate(folder.resolve("signed.pem")));
    isBelieved();
  }

  private int mint() {
    return mayfly.run(
        "certificate",
        "x509",
        "-k",
        CHECKOUT,
        "--role",
        "orders-writer",
        "--out",
        folder.toString());
  }

  private int bring(Path chain, String... more) {
    List<String> words = new ArrayList<>(List.of("import", chain.toString()));
    words.addAll(List.of(more));
    return ca(words.toArray(String[]::new));
  }

  private int ca(String... words) {
    List<String> all = new ArrayList<>(List.of("ca"));
    all.addAll(List.of(words));
    all.addAll(List.of("-k", OPERATOR));
    return mayfly.run(all.toArray(String[]::new));
  }

  private int imports() {
    assertThat(mayfly.run("audit", "-k", OPERATOR, "--limit", "200", "--json")).isZero();
    return mayfly.out().split("\"ca\\.import\"", -1).length - 1;
  }

  private long sequence() {
    var answer = given().get(issuer + "/spiffe/bundle");
    return answer.statusCode() == 200 ? answer.jsonPath().getLong("spiffe_sequence") : 0;
  }

  private void fetchCrl(X509Certificate of, String name) throws IOException {
    Files.write(folder.resolve(name + ".der"), crlOf(of));
    organisation.openssl("crl -inform DER -in %1$s.der -out %1$s.pem".formatted(name));
  }

  private List<X509Certificate> certificates(String file) throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(file))))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  private static X509Certificate certificate(Path file) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
  }

  private static String pem(X509Certificate certificate) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
