package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** One credential as the ledger holds it, for people who ask after it. */
@ApplicationScoped
public class CredentialQueries {

  /**
   * A credential, who holds it and where it stands.
   *
   * @param identity SPIFFE ID
   * @param audience space-delimited
   * @param scope space-delimited
   * @param state by the database's clock: its own row, its grant and its key together decide
   */
  public record Listed(
      CredentialId id,
      GrantId grant,
      String identity,
      String kind,
      KeyId key,
      String audience,
      String scope,
      Instant issuedAt,
      Instant expiresAt,
      ListId list,
      int listIndex,
      State state) {}

  /** Where a credential stands. */
  public enum State {
    VALID,
    EXPIRED,
    REVOKED
  }

  static final String SELECT =
      """
      SELECT c.id, c.grant_id, i.name, c.kind, c.kid, c.audience, c.scope, c.issued_at, c.expires_at,
             c.list_id, c.list_idx,
             CASE WHEN c.revoked_at IS NOT NULL OR g.state IN ('REVOKED', 'RELEASED') OR k.tainted_at IS NOT NULL
                    THEN 'REVOKED'
                  WHEN c.expires_at <= mayfly_now() THEN 'EXPIRED'
                  ELSE 'VALID' END AS state
      FROM credentials c
      JOIN grants g ON g.id = c.grant_id
      JOIN identities i ON i.id = c.identity_id
      LEFT JOIN signing_keys k ON k.kid = c.kid
      """;

  /* credentials_by_id in every partition kept: a look-up for people, not for requests. */
  private static final String ONE = SELECT + "WHERE c.id = $1";

  private final Database database;

  public CredentialQueries(Database database) {
    this.database = database;
  }

  public Uni<Optional<Listed>> one(CredentialId id) {
    return database
        .run(ONE, Tuple.of(id.value()))
        .map(
            rows ->
                rows.size() == 0 ? Optional.empty() : Optional.of(listed(rows.iterator().next())));
  }

  static Listed listed(Row row) {
    return new Listed(
        new CredentialId(row.getUUID("id")),
        new GrantId(row.getUUID("grant_id")),
        row.getString("name"),
        row.getString("kind"),
        new KeyId(row.getString("kid")),
        row.getString("audience"),
        row.getString("scope"),
        row.getOffsetDateTime("issued_at").toInstant(),
        row.getOffsetDateTime("expires_at").toInstant(),
        new ListId(row.getLong("list_id")),
        row.getInteger("list_idx"),
        State.valueOf(row.getString("state")));
  }
}
