package dev.mayfly.identity;

import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
import dev.mayfly.store.Query;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Reads identities, newest first. */
@ApplicationScoped
public class IdentityQueries {

  private static final String SELECT =
      """
      SELECT id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at, changed_at,
             mayfly_now() AS now
        FROM identities""";

  private final Database database;
  private final Duration reviewWarning;

  IdentityQueries(Database database, IdentityLimits limits) {
    this.database = database;
    this.reviewWarning = limits.reviewWarning();
  }

  /** Which identities are wanted; what is empty does not matter. */
  public record Filter(
      Optional<String> name, Optional<String> owner, Optional<IdentityState> state) {}

  /**
   * An identity as its row says.
   *
   * @param mintUntil the review date plus the grace
   * @param reviewDue whether the review date has passed or is so near that somebody should look
   */
  public record Listed(
      IdentityId id,
      String name,
      String kind,
      String entry,
      String owner,
      String environment,
      Instant reviewAt,
      Instant mintUntil,
      boolean reviewDue,
      IdentityState state,
      Instant createdAt,
      Instant changedAt) {}

  /** One page; the cursor is an identity's id. */
  public Uni<Page<Listed>> list(Filter filter, Page.Request page) {
    Query query =
        new Query(SELECT)
            .where("name = ?", filter.name())
            .where("owner = ?", filter.owner())
            .where("state = ?", filter.state().map(Enum::name))
            .where("id < ?", page.after().map(Uuids::parse))
            .order("id DESC", page.rows());
    return database
        .run(query.sql(), query.parameters())
        .map(
            rows ->
                Page.of(
                    StreamSupport.stream(rows.spliterator(), false).map(this::read).toList(),
                    page,
                    found -> found.id().toString()));
  }

  private Listed read(Row row) {
    Instant reviewAt = row.getOffsetDateTime("review_at").toInstant();
    Instant now = row.getOffsetDateTime("now").toInstant();
    return new Listed(
        new IdentityId(row.getUUID("id")),
        row.getString("name"),
        row.getString("kind"),
        row.getString("entry"),
        row.getString("owner"),
        row.getString("environment"),
        reviewAt,
        row.getOffsetDateTime("mint_until").toInstant(),
        !now.isBefore(reviewAt.minus(reviewWarning)),
        IdentityState.valueOf(row.getString("state")),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("changed_at").toInstant());
  }
}
