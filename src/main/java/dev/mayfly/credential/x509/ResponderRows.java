package dev.mayfly.credential.x509;

import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/** The OCSP responders' rows of {@code ca_certificates}: those that are good now. */
final class ResponderRows {

  private static final String LOAD =
      """
      SELECT kid, signed_by, der, not_after FROM ca_certificates
       WHERE usage = 'OCSP' AND not_after > mayfly_now()
       ORDER BY not_after DESC
      """;

  /**
   * Whoever is second finds the certificate made. The authority's certificate is what is locked: a
   * lock on its key would hold up those who mint under it.
   */
  private static final String LOCK_ISSUER =
      "SELECT id FROM ca_certificates WHERE kid = $1 AND usage IN ('ROOT', 'ISSUING') FOR UPDATE";

  private static final String HAS =
      """
      SELECT id FROM ca_certificates
       WHERE kid = $1 AND usage = 'OCSP' AND signed_by = $2 AND not_after >= $3
      """;

  private ResponderRows() {}

  /** The longest-lived first. */
  static Uni<List<Responder>> load(Database database) {
    return database
        .run(LOAD)
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(
                        row ->
                            new Responder(
                                new KeyId(row.getString("kid")),
                                new KeyId(row.getString("signed_by")),
                                row.getBuffer("der").getBytes(),
                                row.getOffsetDateTime("not_after").toInstant()))
                    .toList());
  }

  /** Whether none is good for so long, with the authority locked until the transaction ends. */
  static Uni<Boolean> lockIfLacking(
      SqlConnection connection, KeyId key, KeyId issuer, Instant goodUntil) {
    return connection
        .preparedQuery(LOCK_ISSUER)
        .execute(Tuple.of(issuer.value()))
        .chain(
            locked ->
                connection
                    .preparedQuery(HAS)
                    .execute(
                        Tuple.of(key.value(), issuer.value(), goodUntil.atOffset(ZoneOffset.UTC))))
        .map(rows -> rows.size() == 0);
  }
}
