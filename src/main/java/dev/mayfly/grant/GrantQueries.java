package dev.mayfly.grant;

import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Grants as people look at them: newest first, page by page. */
@ApplicationScoped
public class GrantQueries {

  /** A grant with the name of who holds it. */
  public record Listed(Grant grant, String identityName) {}

  /**
   * What to show; absent means any.
   *
   * @param identity the holder's SPIFFE ID
   * @param after the id that the page before ended with
   */
  public record Filter(
      Optional<String> identity,
      Optional<GrantState> state,
      Optional<String> role,
      Optional<GrantId> after,
      int limit) {}

  /* UUIDv7 ids order by time, so the primary key pages backwards; with an identity, grants_by_identity serves. */
  private static final String LIST =
      """
      SELECT %s, i.name FROM grants g JOIN identities i ON i.id = g.identity_id
      WHERE ($1::text IS NULL OR i.name = $1) AND ($2::text IS NULL OR g.state = $2)
        AND ($3::text IS NULL OR g.role = $3) AND ($4::uuid IS NULL OR g.id < $4)
      ORDER BY g.id DESC LIMIT $5
      """
          .formatted(Grant.COLUMNS);

  private static final String ONE =
      """
      SELECT %s, i.name FROM grants g JOIN identities i ON i.id = g.identity_id WHERE g.id = $1
      """
          .formatted(Grant.COLUMNS);

  private final Database database;

  public GrantQueries(Database database) {
    this.database = database;
  }

  public Uni<List<Listed>> list(Filter filter) {
    Tuple parameters =
        Tuple.tuple()
            .addString(filter.identity().orElse(null))
            .addString(filter.state().map(Enum::name).orElse(null))
            .addString(filter.role().orElse(null))
            .addUUID(filter.after().map(GrantId::value).orElse(null))
            .addInteger(filter.limit());
    return database
        .run(LIST, parameters)
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false).map(GrantQueries::listed).toList());
  }

  public Uni<Optional<Listed>> one(GrantId id) {
    return database
        .run(ONE, Tuple.of(id.value()))
        .map(
            rows ->
                rows.size() == 0 ? Optional.empty() : Optional.of(listed(rows.iterator().next())));
  }

  private static Listed listed(Row row) {
    return new Listed(Grant.from(row), row.getString("name"));
  }
}
