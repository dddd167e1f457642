package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.Facts;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.MintRequest;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.Minting;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.ssh.SshKind;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.CertificationRequest;
import dev.mayfly.credential.x509.X509Kind;
import dev.mayfly.identity.Proven;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.Form;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.policy.Role;
import dev.mayfly.store.CredentialId;
import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An authority that is taken back between the record of a certificate and its signature (rules 2
 * and 10): the caller is told to try again, and nothing is lost of what the ledger knows.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class GoneAuthorityTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ROLE = "orders-server";

  @Inject Minting minting;
  @Inject KeyRings rings;
  @Inject PolicyBook book;
  @Inject X509Kind x509;
  @Inject SshKind ssh;
  @Inject Authorities authorities;
  @TempDir Path folder;

  @Test
  void certificateIsListedAsUndelivered_whenItsAuthorityWentAfterTheRecord() throws Exception {
    run("openssl req -new -nodes -subj / -keyout key.pem -newkey ed25519 -out request.pem");
    String csr = Files.readString(folder.resolve("request.pem"));
    Outcome<Order> order =
        CertificationRequest.parse(csr.getBytes(StandardCharsets.US_ASCII)).then(x509::order);
    isRecordedAndRefused(RingName.X509, Form.X509, order, "csr", csr, "no-ca-certificate");
  }

  @Test
  void sshCertificateIsListedAsUndelivered_whenItsAuthorityWentAfterTheRecord() throws Exception {
    run("ssh-keygen -q -t ed25519 -N  -f id");
    String key = Files.readString(folder.resolve("id.pub")).strip();
    Outcome<Order> order = SshPublicKey.read(key).then(ssh::order);
    isRecordedAndRefused(RingName.SSH_HOST, Form.SSH, order, "public_key", key, "no-ca-key");
  }

  private void isRecordedAndRefused(
      String purpose, Form form, Outcome<Order> order, String member, String subject, String code) {
    SigningKey gone = active(purpose);
    String idempotency = UUID.randomUUID().toString();
    String delivered = mint(form, member, subject, idempotency).path("id");
    takeBack(gone, purpose);

    LateTaint late = new LateTaint(((Outcome.Ok<Order>) order).value(), gone);
    Refusal refusal = refusal(late, form);

    assertThat(refusal.code()).isEqualTo(code);
    assertThat(Errors.problem(refusal).getStatus()).isEqualTo(503);
    assertThat(Errors.problem(refusal).getHeaderString("Retry-After")).isNotNull();
    Eventually.within(SOON, () -> undelivered().contains(late.id.orElseThrow().toString()));
    assertThat(undelivered()).doesNotContain(delivered);
    ask(form, member, subject, idempotency)
        .then()
        .statusCode(409)
        .body("type", equalTo("https://mayfly.dev/problems/idempotency-ended"));
    Shop.operator().get("/v1/credentials/" + delivered).then().body("state", equalTo("REVOKED"));
  }

  /** What is recorded under the key of today is signed when that of yesterday has gone. */
  private static final class LateTaint implements Order {
    private final Order real;
    private final SigningKey gone;
    private Optional<CredentialId> id = Optional.empty();

    LateTaint(Order real, SigningKey gone) {
      this.real = real;
      this.gone = gone;
    }

    @Override
    public String kind() {
      return real.kind();
    }

    @Override
    public ListKind list() {
      return real.list();
    }

    @Override
    public RingName ring(Role role) {
      return real.ring(role);
    }

    @Override
    public Optional<String> thumbprint(Role role) {
      return real.thumbprint(role);
    }

    @Override
    public Uni<Void> ready(SigningKey key) {
      return real.ready(key);
    }

    @Override
    public Optional<Refusal> objection(Allowed allowed, SigningKey key) {
      return real.objection(allowed, key);
    }

    @Override
    public CredentialId newId(InstantSource clock) {
      return real.newId(clock);
    }

    @Override
    public Outcome<String> sign(Facts facts, Role role, SigningKey key) {
      id = Optional.of(facts.id());
      return real.sign(facts, role, gone);
    }
  }

  private Refusal refusal(Order order, Form form) {
    Proven orders =
        new Proven(
            Shop.ORDERS.spiffeId(),
            book.current().policy().identities().get("orders"),
            Map.of(),
            Optional.empty(),
            Instant.MAX);
    Ask ask = new Ask(Optional.of(ROLE), Set.of(), List.of(), Optional.empty(), form);
    Outcome<Minted> outcome =
        minting
            .mint(new MintRequest(orders, ask, Optional.empty(), order, Optional.empty(), "test"))
            .await()
            .indefinitely();
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused<Minted>) outcome).refusal();
  }

  private SigningKey active(String purpose) {
    return rings.first(purpose).flatMap(rings::active).orElseThrow();
  }

  private void takeBack(SigningKey key, String purpose) {
    String successor =
        post("/v1/keys/" + key.id() + "/successor", Map.of("reason", "a test says so"), 200)
            .path("kid");
    if (purpose.equals(RingName.X509)) {
      Eventually.within(
          SOON, () -> given().get("/ca/" + successor + ".cer").getStatusCode() == 200);
    }
    post(
        "/v1/revocations?now=true",
        Map.of("scope", "key", "target", key.id().value(), "reason", "a test says so"),
        201);
    Eventually.within(SOON, () -> active(purpose).id().value().equals(successor));
    if (purpose.equals(RingName.X509)) {
      Eventually.within(SOON, () -> authorities.issuing(key.id()).isEmpty());
    }
  }

  private static Response post(String path, Map<String, Object> body, int status) {
    return Shop.operator()
        .contentType("application/json")
        .body(new JsonObject(body).encode())
        .post(path)
        .then()
        .statusCode(status)
        .extract()
        .response();
  }

  private static Response mint(Form form, String member, String subject, String idempotency) {
    return ask(form, member, subject, idempotency).then().statusCode(201).extract().response();
  }

  private static Response ask(Form form, String member, String subject, String idempotency) {
    return given()
        .header("Idempotency-Key", idempotency)
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("grant_type", "client_credentials")
                .put(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .put("client_assertion", Shop.ORDERS.assertion())
                .put("role", ROLE)
                .put(member, subject)
                .encode())
        .post("/v1/certificates/" + (form == Form.X509 ? "x509" : "ssh"));
  }

  private static List<String> undelivered() {
    return Shop.operator().get("/v1/credentials?undelivered=true&limit=200").path("items.id");
  }

  private void run(String command) throws Exception {
    Process process =
        new ProcessBuilder(command.split(" ", -1))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
