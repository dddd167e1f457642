package dev.mayfly.credential.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.key.CaWorld;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Nobody is told to trust a root that has ended, though its key goes on signing its last lists for
 * a while (rule 6).
 */
class EndedRootTest {

  private final CaWorld world = new CaWorld("root/ES256", "root/ES384");
  private final Instant end = world.now().plus(Duration.ofHours(1));
  private final RingKey ending = certified("root/ES256", end);
  private final RingKey lasting = certified("root/ES384", end.plus(Duration.ofHours(1)));
  private final Authorities authorities = new Authorities(world.test().database(), world.rings());
  private final TrustBundle bundle = new TrustBundle(world.test().database(), world.config());

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void rootIsOfferedUpToItsEnd_andNotFromThereOn() {
    at(end.minusMillis(1));
    assertThat(authorities.roots()).hasSize(2);
    assertThat(authorities.trusted()).hasSize(2);
    assertThat(bundle.roots().trusted()).hasSize(2);

    at(end);
    assertThat(authorities.roots()).extracting(Authority::key).containsExactly(lasting.id());
    assertThat(authorities.trusted()).hasSize(1);
    assertThat(bundle.roots().trusted()).hasSize(1);
    assertThat(keys()).isEqualTo(1);
  }

  /** RFC 5280 6.3.3: nobody else signs what it has to take back. */
  @Test
  void endedRootStaysKnown_forItsLists() {
    at(end);
    assertThat(authorities.any(ending.id())).isPresent();
    assertThat(authorities.all()).hasSize(2);
  }

  /** SPIFFE Trust Domain and Bundle 4.1.1: the sequence changes whenever the contents do. */
  @Test
  void sequenceGrows_withEachRootThatEnds() {
    at(end.minusMillis(1));
    long before = bundle.roots().sequence();
    at(end);
    assertThat(bundle.roots().sequence()).isEqualTo(before + 1);
    assertThat(bundle.roots().version()).isEqualTo(before);
    assertThat(json().getLong("spiffe_sequence")).isEqualTo(before + 1);
    at(end.plus(Duration.ofHours(1)));
    assertThat(bundle.roots().sequence()).isEqualTo(before + 2);
    assertThat(bundle.document()).as("a bundle without a root trusts nobody").isEmpty();
  }

  private void at(Instant moment) {
    world.sleepUntil(moment);
    await(authorities.refresh());
    await(bundle.refresh());
  }

  private int keys() {
    return json().getJsonArray("keys").size();
  }

  private JsonObject json() {
    return new JsonObject(
        io.vertx.core.buffer.Buffer.buffer(bundle.document().orElseThrow().json()));
  }

  /** As the keeper of authorities does it; the row's end is what counts. */
  private RingKey certified(String ring, Instant notAfter) {
    RingKey key = world.active(ring);
    SigningKey signing = world.rings().signing(key.id()).orElseThrow();
    CredentialId id = new CredentialId(Uuids.next(world::now));
    byte[] der =
        CertificateSigning.selfSigned(
            CertificateTemplate.ofHierarchy(
                CertificateTemplate.serial(id),
                Purpose.Authority.ROOT,
                "Root of " + ring,
                SubjectKey.ofAuthority(key.publicKey()),
                world.now(),
                notAfter,
                Pointers.NONE),
            signing.alg(),
            signing::sign);
    await(
        world
            .test()
            .database()
            .run(
                """
                INSERT INTO ca_certificates (id, kid, usage, signed_by, der, not_after, made_at)
                VALUES ($1, $2, 'ROOT', $2, $3, $4, mayfly_now())
                """,
                Tuple.tuple()
                    .addUUID(id.value())
                    .addString(key.id().value())
                    .addBuffer(Buffer.buffer(der))
                    .addOffsetDateTime(notAfter.atOffset(ZoneOffset.UTC)))
            .replaceWithVoid());
    return key;
  }

  private static void await(Uni<Void> coming) {
    coming.await().atMost(Duration.ofSeconds(20));
  }
}
