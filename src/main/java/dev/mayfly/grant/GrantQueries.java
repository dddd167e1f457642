package dev.mayfly.grant;

import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Query;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** Grants as people look at them: newest first, page by page. */
@ApplicationScoped
public class GrantQueries {

  /** A grant with the name of who holds it. */
  public record Listed(Grant grant, String identityName) {}

  /**
   * What to show; absent means any.
   *
   * @param identity the SPIFFE ID of the holder, or of who an agent holds it for
   * @param after the id that the page before ended with
   */
  public record Filter(
      Optional<String> identity,
      Optional<GrantState> state,
      Optional<String> role,
      Optional<GrantId> after,
      int limit) {}

  private static final String SELECT =
      "SELECT %s, i.name FROM grants g JOIN identities i ON i.id = g.identity_id"
          .formatted(Grant.COLUMNS);

  private static final String ONE =
      """
      SELECT %s, i.name FROM grants g JOIN identities i ON i.id = g.identity_id WHERE g.id = $1
      """
          .formatted(Grant.COLUMNS);

  /** So few, and so far apart among those that have ended, that they have an index. */
  private static final Set<GrantState> RARE = EnumSet.of(GrantState.APPROVED, GrantState.SCHEDULED);

  private final Database database;

  public GrantQueries(Database database) {
    this.database = database;
  }

  /**
   * UUIDv7 ids order by time. With an identity, grants_by_identity finds its few, with a role
   * grants_by_role its newest; otherwise the primary key is read backwards, or grants_to_begin for
   * the states that it holds.
   */
  public Uni<List<Listed>> list(Filter filter) {
    Query query =
        ofIdentity(filter)
            .where(
                "g.state IN ('APPROVED', 'SCHEDULED') AND g.state = ?",
                filter.state().filter(RARE::contains).map(Enum::name))
            .where(
                "g.state = ?", filter.state().filter(Predicate.not(RARE::contains)).map(Enum::name))
            .where("g.role = ?", filter.role())
            .where("g.id < ?", filter.after().map(GrantId::value))
            .order("g.id DESC", filter.limit());
    return database
        .run(query.sql(), query.parameters())
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false).map(GrantQueries::listed).toList());
  }

  /** By grants_by_identity and grants_by_person. */
  private static Query ofIdentity(Filter filter) {
    Query query = new Query(SELECT);
    return filter
        .identity()
        .map(
            name ->
                query.where(
                    "(g.identity_id = (SELECT h.id FROM identities h WHERE h.name = ?)"
                        + " OR g.acts_for = (SELECT p.id FROM identities p WHERE p.name = ?))",
                    name,
                    name))
        .orElse(query);
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
