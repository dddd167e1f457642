package dev.mayfly.credential.x509;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.Etag;
import dev.mayfly.key.KeyConfig;
import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The trust domain's bundle (SPIFFE Trust Domain and Bundle 4): what verifiers of X509-SVIDs trust.
 * Its sequence is the version of the key rings and how many roots' certificates have ended. A
 * root's key changes state, or gets its certificate, in the transaction that counts that version; a
 * certificate ends by itself, once. All of it is read here by one statement, so one sequence never
 * stands for two contents. It also grows when other rings change, which nobody minds.
 */
@ApplicationScoped
public class TrustBundle {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private static final String LOAD =
      """
      SELECT v.version, e.ended, c.der, c.chain
        FROM key_rings_version v
       CROSS JOIN (SELECT count(*) AS ended FROM ca_certificates
                    WHERE usage = 'ROOT' AND not_after <= mayfly_now()) e
        LEFT JOIN (SELECT DISTINCT ON (c.kid) c.id, c.der, c.chain, c.made_at, c.not_after
                     FROM ca_certificates c JOIN signing_keys k ON k.kid = c.kid
                    WHERE c.usage = 'ROOT' AND k.state IN ('PREPARED', 'ACTIVE', 'RETIRING')
                    ORDER BY c.kid, c.made_at DESC, c.id DESC) c
               ON c.not_after > mayfly_now()
       ORDER BY c.made_at, c.id
      """;

  private final Database database;
  private final Duration refreshHint;
  private volatile Optional<Document> document = Optional.empty();
  private volatile Roots roots = new Roots(0, 0, List.of());

  TrustBundle(Database database, KeyConfig keys) {
    this.database = database;
    this.refreshHint = keys.refreshHint();
  }

  /**
   * The bundle as it is served.
   *
   * @param json a JWK set (RFC 7517 5)
   * @param etag strong and quoted
   * @param refreshHint how often to ask for it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed to the socket, never compared
  public record Document(byte[] json, String etag, Duration refreshHint) {}

  /** Empty while there is no root: a bundle without one would say that nobody is trusted. */
  public Optional<Document> document() {
    return document;
  }

  /**
   * What verifiers trust.
   *
   * @param version of the key rings, as of which this is
   * @param sequence grows with every change of it
   * @param trusted in DER, in the order they were made
   */
  public record Roots(long version, long sequence, List<byte[]> trusted) {
    public boolean isEmpty() {
      return trusted.isEmpty();
    }

    /** One after the other, in PEM. */
    public byte[] pem() {
      return trusted.stream()
          .map(Pem::certificate)
          .collect(Collectors.joining())
          .getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The roots; none of sequence 0 before they were loaded. */
  public Roots roots() {
    return roots;
  }

  /** After the authorities. */
  void start(@Observes @Priority(Node.STARTS + 30) StartupEvent event) {
    refresh().await().atMost(START_LIMIT);
  }

  @Scheduled(
      identity = "trust-bundle",
      every = "2s",
      delayed = "2s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> refresh() {
    return database.run(LOAD).invoke(this::take).replaceWithVoid();
  }

  private void take(RowSet<Row> rows) {
    List<byte[]> trusted = new ArrayList<>();
    long version = 0;
    long sequence = 0;
    for (Row row : rows) {
      version = row.getLong("version");
      sequence = version + row.getLong("ended");
      if (row.getBuffer("der") != null) {
        trusted.add(trusted(row));
      }
    }
    JsonArray keys = new JsonArray();
    trusted.forEach(der -> keys.add(key(der)));
    byte[] json =
        new JsonObject()
            .put("spiffe_sequence", sequence)
            .put("spiffe_refresh_hint", refreshHint.toSeconds())
            .put("keys", keys)
            .toBuffer()
            .getBytes();
    document =
        keys.isEmpty()
            ? Optional.empty()
            : Optional.of(new Document(json, Etag.of(json), refreshHint));
    roots = new Roots(version, sequence, List.copyOf(trusted));
  }

  /** Our own root, or the uppermost of what was imported. */
  private static byte[] trusted(Row row) {
    List<byte[]> above = Authorities.chain(row.getBuffer("chain").getBytes());
    return above.isEmpty() ? row.getBuffer("der").getBytes() : above.getLast();
  }

  /**
   * 4.2.1: {@code use}, one certificate in {@code x5c}, no {@code kid}. A verifier reads nothing
   * but the certificate, so a key that JOSE's library does not read has no parameters of its own.
   */
  private static JsonObject key(byte[] der) {
    JsonObject key = parameters(der);
    key.put("use", "x509-svid");
    return key.put("x5c", new JsonArray().add(Base64.getEncoder().encodeToString(der)));
  }

  private static JsonObject parameters(byte[] der) {
    X509Certificate certificate = certificate(der);
    try {
      JsonObject all = new JsonObject(JWK.parse(certificate).toJSONString());
      JsonObject own = new JsonObject();
      for (String name : List.of("kty", "crv", "x", "y", "n", "e")) {
        if (all.containsKey(name)) {
          own.put(name, all.getString(name));
        }
      }
      return own;
    } catch (JOSEException e) {
      return new JsonObject()
          .put("kty", certificate.getPublicKey().getAlgorithm().startsWith("Ed") ? "OKP" : "AKP");
    }
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalStateException("a root's certificate was read before it was stored", e);
    }
  }
}
