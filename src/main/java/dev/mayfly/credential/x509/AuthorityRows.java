package dev.mayfly.credential.x509;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The rows of {@code ca_certificates}: a handful for each ring. */
final class AuthorityRows {

  private static final String LOAD =
      """
      SELECT c.id, c.kid, c.usage, c.signed_by, c.der, c.chain, c.not_after, c.list_id,
             c.not_after <= mayfly_now() AS ended
        FROM ca_certificates c JOIN signing_keys k ON k.kid = c.kid
       WHERE c.usage IN ('ROOT', 'ISSUING') AND k.state NOT IN ('RETIRED', 'REMOVED')
       ORDER BY c.made_at, c.id
      """;

  /** Whoever is second finds the certificate made. */
  private static final String LOCK_KEY = "SELECT kid FROM signing_keys WHERE kid = $1 FOR UPDATE";

  private static final String HAS = "SELECT id FROM ca_certificates WHERE kid = $1 AND usage = $2";

  private static final String INSERT =
      """
      INSERT INTO ca_certificates (id, kid, usage, signed_by, der, chain, not_after, list_id, made_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, mayfly_now())
      """;

  /** The list that carries what this authority signs of our own; it ends with the key. */
  private static final String OPEN_LIST =
      """
      WITH fresh AS (SELECT nextval(pg_get_serial_sequence('lists', 'id')) AS id)
      INSERT INTO lists (id, kind, kid, uri, node_id, size, ends_at, state, content, opened_at)
        OVERRIDING SYSTEM VALUE
      SELECT fresh.id, 'CRL', $1, $2 || '/crl/' || fresh.id || '.crl', '00000000-0000-0000-0000-000000000000',
             0, k.not_after, 'LIVE', '', mayfly_now()
        FROM fresh, signing_keys k WHERE k.kid = $1
      RETURNING id, pg_notify('mayfly_lists_opened', id::text)
      """;

  private static final String LIST_OF =
      """
      SELECT id, uri FROM lists WHERE kind = 'CRL' AND kid = $1 AND size = 0 AND state = 'LIVE'
       ORDER BY id LIMIT 1
      """;

  /** What verifiers trust is another set now: the bundle's sequence says so (TrustBundle). */
  private static final String COUNT_TRUST = "UPDATE key_rings_version SET version = version + 1";

  private AuthorityRows() {}

  /** What a certificate is for. */
  enum Usage {
    ROOT,
    ISSUING,
    OCSP
  }

  /**
   * One row.
   *
   * @param signedBy empty where somebody else's root did
   * @param chain DER, one after the other
   */
  @SuppressWarnings("ArrayRecordComponent") // a row's bytes, never compared
  record Stored(
      CredentialId id,
      KeyId key,
      Usage usage,
      Optional<KeyId> signedBy,
      byte[] der,
      byte[] chain,
      Instant notAfter,
      Optional<Long> list) {}

  /**
   * One that is kept.
   *
   * @param ended by the database's clock; its key still signs its last lists
   */
  record Kept(Stored row, boolean ended) {}

  /** The list that says what an authority has taken back of our own certificates. */
  record OwnList(long id, String uri) {}

  static Uni<List<Kept>> load(Database database) {
    return database
        .run(LOAD)
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new Kept(read(row), row.getBoolean("ended")))
                    .toList());
  }

  static Uni<Boolean> lockIfLacking(SqlConnection connection, KeyId key, Usage usage) {
    return connection
        .preparedQuery(LOCK_KEY)
        .execute(Tuple.of(key.value()))
        .chain(locked -> connection.preparedQuery(HAS).execute(Tuple.of(key.value(), usage.name())))
        .map(rows -> rows.size() == 0);
  }

  static Uni<Void> openList(SqlConnection connection, KeyId key, String issuer) {
    return connection
        .preparedQuery(OPEN_LIST)
        .execute(Tuple.of(key.value(), issuer))
        .replaceWithVoid();
  }

  static Uni<OwnList> listOf(SqlConnection connection, KeyId key) {
    return connection
        .preparedQuery(LIST_OF)
        .execute(Tuple.of(key.value()))
        .map(rows -> rows.iterator().next())
        .map(row -> new OwnList(row.getLong("id"), row.getString("uri")));
  }

  static Uni<Void> insert(SqlConnection connection, Stored made) {
    return connection
        .preparedQuery(INSERT)
        .execute(
            Tuple.tuple()
                .addUUID(made.id().value())
                .addString(made.key().value())
                .addString(made.usage().name())
                .addString(made.signedBy().map(KeyId::value).orElse(null))
                .addBuffer(Buffer.buffer(made.der()))
                .addBuffer(Buffer.buffer(made.chain()))
                .addOffsetDateTime(made.notAfter().atOffset(ZoneOffset.UTC))
                .addLong(made.list().orElse(null)))
        .replaceWithVoid();
  }

  static Uni<Void> countTrust(SqlConnection connection) {
    return connection.preparedQuery(COUNT_TRUST).execute().replaceWithVoid();
  }

  private static Stored read(Row row) {
    return new Stored(
        new CredentialId(row.getUUID("id")),
        new KeyId(row.getString("kid")),
        Usage.valueOf(row.getString("usage")),
        Optional.ofNullable(row.getString("signed_by")).map(KeyId::new),
        row.getBuffer("der").getBytes(),
        row.getBuffer("chain").getBytes(),
        row.getOffsetDateTime("not_after").toInstant(),
        Optional.ofNullable(row.getLong("list_id")));
  }
}
