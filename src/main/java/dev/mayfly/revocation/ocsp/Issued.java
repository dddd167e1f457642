package dev.mayfly.revocation.ocsp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.revocation.CredentialLookup;
import dev.mayfly.store.AnybodysLookUps;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Which list carries a certificate, if an authority has issued it. That it has is true for ever and
 * remembered; that it has not is asked each time, by as many at once as the database can bear.
 */
@ApplicationScoped
class Issued {

  private static final int REMEMBERED = 100_000;

  /** By primary index; the first in at most nine partitions, the second among a handful. */
  private static final String LIST_OF =
      """
      SELECT list_id FROM credentials
       WHERE id = $1 AND list_ends_at >= $2 AND list_ends_at < $3 AND kid = $4
      UNION ALL
      SELECT list_id FROM ca_certificates WHERE id = $1 AND signed_by = $4 AND list_id IS NOT NULL
      """;

  private final Database database;
  private final AnybodysLookUps lookUps;
  private final Cache<Certificate, ListId> known =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  Issued(Database database, AnybodysLookUps lookUps) {
    this.database = database;
    this.lookUps = lookUps;
  }

  /** A serial number, and whose. */
  record Certificate(KeyId issuer, CredentialId id) {}

  /** What is known of a certificate. */
  sealed interface Found {

    /** Issued: this list carries it. */
    record On(ListId list) implements Found {}

    record Never() implements Found {}

    /** Too many ask. */
    record Busy() implements Found {}
  }

  Uni<Found> find(Certificate certificate) {
    ListId list = known.getIfPresent(certificate);
    return list == null ? lookUp(certificate) : Uni.createFrom().item(new Found.On(list));
  }

  private Uni<Found> lookUp(Certificate certificate) {
    Tuple parameters =
        CredentialLookup.of(certificate.id()).addString(certificate.issuer().value());
    return lookUps.run(
        AnybodysLookUps.Kind.CERTIFICATE,
        () -> database.run(LIST_OF, parameters).map(rows -> found(certificate, rows)),
        Found.Busy::new);
  }

  private Found found(Certificate certificate, RowSet<Row> rows) {
    Optional<ListId> list =
        rows.size() == 0
            ? Optional.empty()
            : Optional.of(new ListId(rows.iterator().next().getLong("list_id")));
    list.ifPresent(id -> known.put(certificate, id));
    return list.<Found>map(Found.On::new).orElseGet(Found.Never::new);
  }
}
