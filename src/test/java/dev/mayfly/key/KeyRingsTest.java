package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.key.SimulatedNodes.Simulated;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyRingsTest {

  private static final byte[] INPUT = "header.payload".getBytes(StandardCharsets.US_ASCII);

  private final SimulatedNodes nodes =
      new SimulatedNodes(
          TestKeyConfig.of("jwt/ES256", "jwt/RS256", "jwt/Ed25519", "statuslist/ES256"));

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void everyRingHasExactlyOneActiveKeyAtOnce_whenTheDatabaseIsEmpty() { // rule 5
    Simulated node = nodes.start();
    for (Ring ring : nodes.plan.rings()) {
      assertThat(nodes.keys(ring.name(), KeyState.ACTIVE)).hasSize(1);
      SigningKey key = node.rings().active(ring.name()).orElseThrow();
      assertThat(key.alg()).isEqualTo(ring.name().alg());
      assertThat(key.notAfter()).isEqualTo(SimulatedNodes.START.plus(ring.lifetime()));
    }
    assertThat(nodes.column("SELECT action FROM audit_events ORDER BY action"))
        .as("rule 8: one event for each step")
        .containsExactly(
            "key.activate",
            "key.activate",
            "key.activate",
            "key.activate",
            "key.prepare",
            "key.prepare",
            "key.prepare",
            "key.prepare");
  }

  @Test
  void oneKeyIsMade_whenTwoNodesStartAtOnce() { // rule 5
    Simulated one = nodes.prepareToStart();
    Simulated two = nodes.prepareToStart();
    Uni.join().all(one.startUp(), two.startUp()).andFailFast().await().indefinitely();
    assertThat(nodes.keys()).hasSize(4).allMatch(key -> key.is(KeyState.ACTIVE));
    assertThat(one.rings().jwks().json()).isEqualTo(two.rings().jwks().json());
    assertThat(one.rings().jwks().etag()).isEqualTo(two.rings().jwks().etag());
    assertThat(one.rings().active(SimulatedNodes.JWT).orElseThrow().id())
        .isEqualTo(two.rings().active(SimulatedNodes.JWT).orElseThrow().id());
  }

  @Test
  void jwksIsWhatRelyingServicesRead() throws Exception {
    Simulated node = nodes.start();
    String json = new String(node.rings().jwks().json(), StandardCharsets.UTF_8);
    List<JWK> keys = JWKSet.parse(json).getKeys();
    assertThat(keys).hasSize(4).noneMatch(JWK::isPrivate);
    assertThat(keys).allMatch(key -> key.getKeyUse().equals(KeyUse.SIGNATURE));
    assertThat(keys)
        .extracting(key -> key.getAlgorithm().getName())
        .contains("Ed25519"); // RFC 9864
    for (JWK key : keys) {
      assertThat(key.getKeyID()).isEqualTo(key.computeThumbprint().toString());
    }
    assertThat(json).doesNotContain("\"d\":").doesNotContain("EdDSA");
    assertThat(node.rings().jwks().etag()).matches("\"[A-Za-z0-9_-]{22}\"");
  }

  @Test
  void otherLibrariesVerifyWhatEachRingSigns() throws Exception {
    Simulated node = nodes.start();
    JWKSet published = JWKSet.parse(new String(node.rings().jwks().json(), StandardCharsets.UTF_8));
    for (Ring ring : nodes.plan.rings()) {
      SigningKey key = node.rings().active(ring.name()).orElseThrow();
      byte[] signature = key.sign(INPUT);
      JWK jwk = published.getKeyByKeyId(key.id().value());
      assertThat(verifies(jwk, key.alg(), INPUT, signature)).isTrue();
      byte[] other = Arrays.copyOf(INPUT, INPUT.length - 1);
      assertThat(verifies(jwk, key.alg(), other, signature)).isFalse();
      assertThat(jdkVerifies(node.rings().verifier(key.id()).orElseThrow(), key.alg(), signature))
          .isTrue();
    }
  }

  @Test
  void signaturesOfOneKeyDoNotMix_whenManyThreadsSign() throws Exception {
    Simulated node = nodes.start();
    SigningKey key = node.rings().active(SimulatedNodes.JWT).orElseThrow();
    PublicKey verifier = node.rings().verifier(key.id()).orElseThrow();
    List<Thread> threads = new java.util.ArrayList<>();
    var wrong = new java.util.concurrent.atomic.AtomicInteger();
    for (int i = 0; i < 4; i++) {
      byte[] mine = ("input of " + i).getBytes(StandardCharsets.US_ASCII);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 200; n++) {
                      Signature check = CryptoProvider.chosen().signature(Alg.ES256);
                      try {
                        check.initVerify(verifier);
                        check.update(mine);
                        wrong.addAndGet(check.verify(key.sign(mine)) ? 0 : 1);
                      } catch (java.security.GeneralSecurityException e) {
                        wrong.incrementAndGet();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
  }

  @Test
  void viewGoesOnServing_whenTheDatabaseIsGone() { // rule 10
    Simulated node = nodes.start();
    Jwks before = node.rings().jwks();
    nodes.test.execute("ALTER TABLE signing_keys RENAME TO signing_keys_away");
    assertThatThrownBy(node::refresh).isNotNull();
    assertThat(node.rings().jwks()).isSameAs(before);
    assertThat(node.rings().active(SimulatedNodes.JWT).orElseThrow().sign(INPUT)).hasSize(64);
  }

  @Test
  void changeElsewhereIsLoadedByItsHint() {
    Simulated one = nodes.start();
    Simulated two = nodes.start();
    long before = two.rings().version();
    two.opening().listen();
    one.taint().prepareNow(SimulatedNodes.JWT, "op", "test").await().indefinitely();
    long end = System.nanoTime() + java.time.Duration.ofSeconds(10).toNanos();
    while (two.rings().version() == before && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(two.rings().version()).isGreaterThan(before);
  }

  @Test
  void keyIsNotOfferedForSigning_onceItsEndHasPassed() { // rule 4
    Simulated node = nodes.start();
    nodes.advance(java.time.Duration.ofHours(24));
    node.refresh();
    assertThat(node.rings().active(SimulatedNodes.JWT)).isEmpty();
  }

  private static boolean verifies(JWK jwk, Alg alg, byte[] input, byte[] signature)
      throws Exception {
    return switch (alg) {
      case ES256, ES384 ->
          new ECDSAVerifier(jwk.toECKey())
              .verify(
                  new JWSHeader(JWSAlgorithm.parse(alg.joseName())),
                  input,
                  Base64URL.encode(signature));
      case RS256 ->
          new RSASSAVerifier(jwk.toRSAKey())
              .verify(new JWSHeader(JWSAlgorithm.RS256), input, Base64URL.encode(signature));
      case ED25519 -> {
        // Nimbus needs another library for this one: the JDK has it, and the key is Nimbus's
        // reading.
        byte[] prefix = java.util.HexFormat.of().parseHex("302a300506032b6570032100");
        byte[] spki = Arrays.copyOf(prefix, prefix.length + 32);
        System.arraycopy(jwk.toOctetKeyPair().getDecodedX(), 0, spki, prefix.length, 32);
        Signature check = Signature.getInstance("Ed25519", "SunEC");
        check.initVerify(
            KeyFactory.getInstance("Ed25519", "SunEC")
                .generatePublic(new X509EncodedKeySpec(spki)));
        check.update(input);
        yield check.verify(signature);
      }
      case ML_DSA_65 -> throw new IllegalArgumentException("it signs no tokens");
    };
  }

  private static boolean jdkVerifies(PublicKey key, Alg alg, byte[] signature) throws Exception {
    Signature check = Signature.getInstance(alg.signatureName()); // whatever the JDK prefers
    check.initVerify(
        KeyFactory.getInstance(alg.keyType())
            .generatePublic(new X509EncodedKeySpec(key.getEncoded())));
    check.update(INPUT);
    return check.verify(signature);
  }
}
