package dev.mayfly.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.PlainHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Uuids;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IntrospectionsTest {

  private static final String ISSUER = "https://broker.test";
  private static final String AUDIENCE = "https://api.test";
  private static final String OWNER = "spiffe://test/owner";
  private static final String OTHER = "spiffe://test/other";

  private static RevocationWorld world;
  private static ECKey key;
  private static int nextIndex;

  private final Instant end = Instant.now().plusSeconds(600);
  private Instant now = Instant.now();
  private IdentityId identity;
  private GrantId grant;
  private CredentialId credential;
  private Introspections introspections;

  @BeforeAll
  static void openWorld() throws JOSEException {
    world = new RevocationWorld();
    key = new ECKeyGenerator(Curve.P_256).keyID(world.key.value()).generate();
  }

  @AfterAll
  static void closeWorld() {
    world.close();
  }

  @BeforeEach
  void open() {
    identity = world.identity();
    grant = world.grant(identity);
    ListId list = world.list(64);
    credential = world.credential(grant, list, nextIndex++ % 64);
    introspections =
        new Introspections(
            world.test().database(), IntrospectionsTest::verifier, () -> now, ISSUER);
  }

  @Test
  void liveTokenIsActive_forItsAudienceAndForItsOwner() throws Exception {
    String token = token();
    assertThat(ask(token, OTHER, Set.of("https://else.test", AUDIENCE)))
        .isInstanceOfSatisfying(
            Introspection.Active.class,
            active ->
                assertThat(active.claims())
                    .containsEntry("sub", OWNER)
                    .containsEntry("jti", credential.toString())
                    .containsEntry("exp", end.getEpochSecond())
                    .containsEntry("token_type", "Bearer"));
    assertThat(ask(token, OWNER, Set.of())).isInstanceOf(Introspection.Active.class);
  }

  @Test
  void callerIsRefused_fromTheMomentItIsSuspended_rule3() throws Exception {
    IdentityId service = world.identity();
    var caller = new Introspections.Caller(service, OTHER, Set.of(AUDIENCE));
    String token = token();
    assertThat(RevocationWorld.get(introspections.introspect(token, caller)))
        .isInstanceOfSatisfying(
            Outcome.Ok.class,
            ok -> assertThat(ok.value()).isInstanceOf(Introspection.Active.class));

    world.revoked(new Target.Identity(service));

    assertThat(RevocationWorld.get(introspections.introspect(token, caller)))
        .isEqualTo(
            Outcome.refused(new Refusal.Denied("identity-inactive", OTHER + " is not active")));
  }

  @Test
  void tokenIsInactive_forWhoIsNeitherAudienceNorOwner() throws Exception {
    assertThat(ask(token(), OTHER, Set.of("https://else.test", AUDIENCE + "/")))
        .isEqualTo(new Introspection.Inactive());
    assertThat(ask(token(), OTHER, Set.of())).isEqualTo(new Introspection.Inactive());
  }

  @Test
  void tokenIsInactive_fromTheMomentItsCredentialGrantIdentityOrKeyIsRevoked() throws Exception {
    List<Supplier<Target>> targets =
        List.of(
            () -> new Target.Credential(credential),
            () -> new Target.Grant(grant),
            () -> new Target.Identity(identity));
    for (Supplier<Target> target : targets) {
      open();
      String token = token();
      assertThat(isActive(token)).isTrue();
      world.revoked(target.get());
      assertThat(isActive(token)).describedAs(target.get().subject()).isFalse();
    }

    open();
    String signed = token();
    assertThat(isActive(signed)).isTrue();
    world
        .test()
        .execute("UPDATE signing_keys SET state = 'TAINTED' WHERE kid = '" + world.key + "'");
    assertThat(isActive(signed)).isFalse();
    world
        .test()
        .execute("UPDATE signing_keys SET state = 'RETIRING' WHERE kid = '" + world.key + "'");
    assertThat(isActive(signed)).isTrue();
  }

  /** The boundary is exact: at the second of its exp a token has ended. */
  @Test
  void tokenIsInactive_atItsEnd() throws Exception {
    String token = token();
    now = Instant.ofEpochSecond(end.getEpochSecond()).minusNanos(1);
    assertThat(isActive(token)).isTrue();
    now = Instant.ofEpochSecond(end.getEpochSecond());
    assertThat(isActive(token)).isFalse();
  }

  @Test
  void tokenIsInactive_whenTheLedgerDoesNotKnowIt() throws Exception {
    String unknown = Uuids.next(world.clock()).toString();
    assertThat(isActive(token(claims -> claims.jwtID(unknown)))).isFalse();
    assertThat(isActive(token(claims -> claims.jwtID("not-a-uuid")))).isFalse();
    assertThat(isActive(token(claims -> claims.jwtID(null)))).isFalse();
  }

  @Test
  void tokenIsInactive_whenItIsNotExactlyWhatWeSign() throws Exception {
    assertThat(isActive(token())).isTrue();
    assertThat(isActive(token(claims -> claims.issuer(ISSUER + "/")))).isFalse();
    assertThat(isActive(token(claims -> claims.expirationTime(null)))).isFalse();
    for (String type : new String[] {"JWT", "statuslist+jwt", "AT+JWT", "application/at+jwt"}) {
      assertThat(isActive(signed(header(type, key.getKeyID()), new ECDSASigner(key), c -> c)))
          .describedAs("rule 12: typ " + type)
          .isFalse();
    }
    assertThat(isActive(signed(header("at+jwt", "m".repeat(43)), new ECDSASigner(key), c -> c)))
        .isFalse();
    assertThat(isActive(signed(header("at+jwt", null), new ECDSASigner(key), c -> c))).isFalse();
    ECKey stranger = new ECKeyGenerator(Curve.P_256).generate();
    assertThat(
            isActive(signed(header("at+jwt", key.getKeyID()), new ECDSASigner(stranger), c -> c)))
        .isFalse();
  }

  @Test
  void tokenIsInactive_whenItsAlgorithmIsNotOfItsKey() throws Exception {
    JWSHeader hmac =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .type(new JOSEObjectType("at+jwt"))
            .keyID(key.getKeyID())
            .build();
    assertThat(isActive(signed(hmac, new MACSigner(key.toECPublicKey().getEncoded()), c -> c)))
        .isFalse();
    String none =
        new PlainJWT(
                new PlainHeader.Builder().type(new JOSEObjectType("at+jwt")).build(),
                claims(c -> c))
            .serialize();
    assertThat(isActive(none)).isFalse();
    String token = token();
    String header =
        com.nimbusds.jose.util.Base64URL.encode(
                "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"" + key.getKeyID() + "\"}")
            .toString();
    assertThat(isActive(header + token.substring(token.indexOf('.')))).isFalse();
  }

  /** Rule 3: that a signature was good is remembered, that its key is believed is not. */
  @Test
  void tokenThatWasActiveIsInactive_whenItsKeyIsGoneOrAnother() throws Exception {
    AtomicReference<Optional<PublicKey>> believed = new AtomicReference<>(verifier(world.key));
    introspections =
        new Introspections(world.test().database(), id -> believed.get(), () -> now, ISSUER);
    String token = token();
    assertThat(isActive(token)).isTrue();
    believed.set(Optional.empty());
    assertThat(isActive(token)).isFalse();
    believed.set(
        Optional.of(
            new ECKeyGenerator(Curve.P_256).keyID(world.key.value()).generate().toECPublicKey()));
    assertThat(isActive(token)).isFalse();
    believed.set(verifier(world.key));
    assertThat(isActive(token)).isTrue();
  }

  @Test
  void changedTokenIsInactive_alsoAfterItWasActiveUnchanged() throws Exception {
    String token = token();
    String other = token(claims -> claims.claim("scope", "everything"));
    assertThat(isActive(token)).isTrue();
    String signature = token.substring(token.lastIndexOf('.'));
    assertThat(isActive(other.substring(0, other.lastIndexOf('.')) + signature)).isFalse();
    assertThat(isActive(token)).isTrue();
  }

  @Test
  void rubbishIsInactive() throws Exception {
    for (String rubbish :
        new String[] {
          "",
          ".",
          "..",
          "a.b.c",
          "x".repeat(20_000),
          token() + "x",
          token().replace('.', '~'),
          "\u0000"
        }) {
      assertThat(isActive(rubbish)).isFalse();
    }
  }

  private boolean isActive(String token) {
    return ask(token, OTHER, Set.of(AUDIENCE)) instanceof Introspection.Active;
  }

  private Introspection ask(String token, String caller, Set<String> serves) {
    return RevocationWorld.get(introspections.introspect(token, caller, serves));
  }

  private static Optional<PublicKey> verifier(KeyId id) {
    try {
      return id.equals(world.key) ? Optional.of(key.toECPublicKey()) : Optional.empty();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private String token() throws JOSEException {
    return token(claims -> claims);
  }

  private String token(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
    return signed(header("at+jwt", key.getKeyID()), new ECDSASigner(key), change);
  }

  private static JWSHeader header(String type, String keyId) {
    return new JWSHeader.Builder(JWSAlgorithm.ES256)
        .type(new JOSEObjectType(type))
        .keyID(keyId)
        .build();
  }

  private String signed(
      JWSHeader header, JWSSigner signer, UnaryOperator<JWTClaimsSet.Builder> change)
      throws JOSEException {
    SignedJWT jwt = new SignedJWT(header, claims(change));
    jwt.sign(signer);
    return jwt.serialize();
  }

  private JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> change) {
    return change
        .apply(
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(OWNER)
                .audience(AUDIENCE)
                .jwtID(credential.toString())
                .expirationTime(Date.from(end)))
        .build();
  }
}
