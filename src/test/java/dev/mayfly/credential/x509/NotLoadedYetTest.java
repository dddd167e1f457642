package dev.mayfly.credential.x509;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.MintRequest;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.Minting;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.keycheck.KnownBadKeys;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.identity.Proven;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.Form;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.policy.Proving;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Certificates of CAs that another node has made, or makes at the same moment. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class NotLoadedYetTest {

  @Inject Database database;
  @Inject KeyRings rings;
  @Inject X509Config config;
  @Inject MayflyConfig mayfly;
  @Inject PolicyBook book;
  @Inject Minting minting;
  @Inject KeyTaint taint;
  @Inject Vertx vertx;
  @Inject AuditLog audit;
  @Inject InstantSource clock;

  @Test
  void certificateIsIssued_whenTheNodeHasNotLoadedItsAuthorityYet() throws Exception {
    Authorities empty = new Authorities(database, rings);
    assertThat(empty.all()).isEmpty();
    Outcome<Minted> outcome = mint(order(empty), UUID.randomUUID().toString());
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    assertThat(empty.issuing(issuing().id())).isPresent();
  }

  @Test
  void certificateIsDeliveredAgain_byANodeThatHasNotLoadedItsAuthorityYet() throws Exception {
    String key = UUID.randomUUID().toString();
    KeyPair pair = pair();
    Outcome<Minted> first = mint(order(new Authorities(database, rings), pair), key);
    Outcome<Minted> again = mint(order(new Authorities(database, rings), pair), key);
    assertThat(id(again)).isEqualTo(id(first));
  }

  @Test
  void thoseWhoLackItAtTheSameTime_shareOneLookUp() {
    Authorities empty = new Authorities(database, rings);
    Uni<Void> first = empty.refreshTogether();
    assertThat(empty.refreshTogether()).isSameAs(first);
    first.await().indefinitely();
    assertThat(empty.all()).isNotEmpty();
    assertThat(empty.refreshTogether()).as("a later one looks again").isNotSameAs(first);
  }

  /** Rules 2 and 8: the row of the key decides who makes it. */
  @Test
  void authorityIsCertifiedOnce_whenSeveralNodesFindItLacking() {
    RingName ring = rings.first(RingName.X509).orElseThrow();
    KeyId key =
        ((Outcome.Ok<KeyId>) taint.prepareNow(ring, "op", "a test").await().indefinitely()).value();
    rings.refresh().await().indefinitely();
    List<CompletableFuture<Void>> nodes =
        Stream.generate(this::keeper)
            .limit(3)
            .map(keeper -> keeper.look().subscribeAsCompletionStage())
            .toList();
    nodes.forEach(CompletableFuture::join);
    assertThat(count("ca_certificates WHERE kid = '" + key + "'")).isEqualTo(1);
    assertThat(count("audit_events WHERE action = 'ca.certify' AND subject = 'key:" + key + "'"))
        .isEqualTo(1);
  }

  private AuthorityKeeper keeper() {
    return new AuthorityKeeper(
        database,
        rings,
        new Authorities(database, rings),
        new Certifying(vertx, audit, clock, config),
        clock,
        config,
        mayfly);
  }

  private long count(String what) {
    return database
        .run("SELECT count(*) FROM " + what)
        .await()
        .indefinitely()
        .iterator()
        .next()
        .getLong(0);
  }

  private SigningKey issuing() {
    return rings.first(RingName.X509).flatMap(rings::active).orElseThrow();
  }

  private Order order(Authorities authorities) throws Exception {
    return order(authorities, pair());
  }

  private Order order(Authorities authorities, KeyPair pair) {
    byte[] request = new TestRequest(pair).der();
    X509Kind kind = new X509Kind(rings, authorities, new KnownBadKeys(List.of()), config, mayfly);
    return switch (CertificationRequest.parse(request).then(kind::order)) {
      case Outcome.Ok<Order>(Order good) -> good;
      case Outcome.Refused<Order> refused -> throw new AssertionError(refused.refusal().why());
    };
  }

  /**
   * As where a new version takes a key out between a proof and its mint: the certificate would be
   * one of that version, and prove whoever holds the key ever after.
   */
  @Test
  void certificateIsRefused_whenThePolicyTookTheKeyOutSinceItProvedItsHolder() throws Exception {
    IdentityEntry now = book.current().policy().identities().get("checkout");
    Order order = order(new Authorities(database, rings));
    Outcome<Minted> outcome = mint(order, UUID.randomUUID().toString(), withAnotherKey(now));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo("proof-taken-back"));
    assertThat(
            count(
                "audit_events WHERE action = 'credential.deny' AND cause = 'proof-taken-back'"
                    + " AND actor = 'spiffe://shop.test/storefront/checkout'"))
        .as("rule 8")
        .isEqualTo(1);
  }

  private static IdentityEntry withAnotherKey(IdentityEntry entry) throws Exception {
    Proving.PrivateKeyJwt client = (Proving.PrivateKeyJwt) entry.proving();
    List<JWK> keys = new ArrayList<>(client.keys().getKeys());
    keys.add(new ECKeyGenerator(Curve.P_256).keyID("gone").generate().toPublicJWK());
    return new IdentityEntry(
        entry.id(),
        entry.kind(),
        entry.owner(),
        entry.environment(),
        entry.reviewAt(),
        entry.serves(),
        new Proving.PrivateKeyJwt(client.spiffeId(), client.algorithms(), new JWKSet(keys)),
        entry.description());
  }

  private Outcome<Minted> mint(Order order, String idempotencyKey) {
    return mint(order, idempotencyKey, book.current().policy().identities().get("checkout"));
  }

  private Outcome<Minted> mint(Order order, String idempotencyKey, IdentityEntry entry) {
    Proven checkout =
        new Proven(
            "spiffe://shop.test/storefront/checkout",
            entry,
            Map.of(),
            Optional.empty(),
            Instant.MAX);
    Ask ask =
        new Ask(Optional.of("orders-writer"), Set.of(), List.of(), Optional.empty(), Form.X509);
    return minting
        .mint(
            new MintRequest(
                checkout, ask, Optional.of(idempotencyKey), order, Optional.empty(), "test"))
        .await()
        .indefinitely();
  }

  private static Object id(Outcome<Minted> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Minted>) outcome).value().id();
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }
}
