package dev.mayfly.story;

import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** The people and workloads of {@code keys-dev/policy.yaml}, and what each asks for. */
record Shop(String issuer) {

  Client checkout() {
    return Client.of("checkout", "spiffe://shop.test/storefront/checkout", issuer);
  }

  Client orders() {
    return Client.of("orders", "spiffe://shop.test/fulfilment/orders", issuer);
  }

  Client nightlyReport() {
    return Client.of("nightly-report", "spiffe://shop.test/finance/nightly-report", issuer);
  }

  Client operator() {
    return Client.of("operator", "spiffe://shop.test/people/operator", issuer);
  }

  /** A file with the shop's policy, changed as this test needs it. */
  static Path policy(Path file, UnaryOperator<String> change) {
    try {
      String original = Files.readString(Path.of("keys-dev/policy.yaml"));
      String changed = change.apply(original);
      if (changed.equals(original)) {
        throw new AssertionError("keys-dev/policy.yaml no longer has what the test changes");
      }
      return Files.writeString(file, changed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the CI system of {@code keys-dev} says about a run of the storefront's main branch. */
  String pipelineRun() {
    Instant now = Instant.now();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer("http://127.0.0.1:8490")
            .subject("repo:shop/storefront:ref:refs/heads/main")
            .audience(issuer)
            .jwtID(UUID.randomUUID().toString())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(60)))
            .claim("repository", "shop/storefront")
            .claim("repository_id", "1207")
            .claim("ref", "refs/heads/main")
            .build();
    return Client.of("ci-issuer", "http://127.0.0.1:8490", issuer).sign("JWT", claims);
  }

  /** A token of the person on call, for {@code /v1}. */
  String operatorToken(BrokerProcess broker) throws IOException {
    return operator().token(broker, Map.of("scope", "mayfly:read mayfly:revoke")).token();
  }

  /** Revokes as the operator; gives the revocation's id. */
  String revoke(BrokerProcess broker, String scope, String target) throws IOException {
    Client.Answer answer =
        Client.api(
            broker.at("/v1/revocations"),
            operatorToken(broker),
            Map.of("scope", scope, "target", target, "reason", "the test says so"));
    if (answer.status() != 201) {
      throw new AssertionError("revocation answered " + answer);
    }
    return answer.body().get("id").asText();
  }
}
