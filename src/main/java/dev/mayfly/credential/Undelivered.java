package dev.mayfly.credential;

import dev.mayfly.store.Database;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.Page;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * Lists credentials whose delivery is not confirmed: recorded by a node that has died since, in a
 * request that it may not have answered; or in one whose caller had gone. Every credential that was
 * recorded and never handed out is among them; some that were handed out are, too.
 */
@ApplicationScoped
public class Undelivered {

  /*
   * For each dead node one range of credentials_by_id, a few seconds of what all nodes minted, in the partitions
   * of nine days; of those, what stands on a list of its own. A look-up for people, not for requests.
   */
  private static final String LIST =
      """
      WITH gone AS MATERIALIZED (
        SELECT a.node_id, a.open_from, a.open_to, a.told_at FROM answering a
         WHERE NOT EXISTS (SELECT FROM nodes n
                            WHERE n.id = a.node_id AND n.seen_at > mayfly_now() - make_interval(secs => $1))
      ), undelivered AS MATERIALIZED (
        SELECT c.id, c.list_ends_at
          FROM gone g
          JOIN credentials c ON c.id >= g.open_from AND c.id < g.open_to
                            AND c.list_ends_at >= g.told_at - interval '1 hour'
                            AND c.list_ends_at < g.told_at + interval '9 days'
          JOIN lists l ON l.id = c.list_id AND l.node_id = g.node_id
        UNION
        SELECT c.id, c.list_ends_at
          FROM unanswered u
          JOIN credentials c ON c.id = u.credential_id
                            AND c.list_ends_at >= u.at - interval '1 hour'
                            AND c.list_ends_at < u.at + interval '9 days')
      """
          + CredentialQueries.SELECT
          + """
            JOIN undelivered u ON u.id = c.id AND u.list_ends_at = c.list_ends_at
            WHERE c.id < $2
            ORDER BY c.id DESC LIMIT $3
            """;

  private static final UUID NEWEST = new UUID(-1, -1);

  private final Database database;
  private final NodeConfig nodes;

  public Undelivered(Database database, NodeConfig nodes) {
    this.database = database;
    this.nodes = nodes;
  }

  /** One page, newest first; the cursor is a credential's id. */
  public Uni<Page<CredentialQueries.Listed>> list(Page.Request page) {
    UUID before = page.after().map(UUID::fromString).orElse(NEWEST);
    return database
        .run(LIST, Tuple.of(Seconds.of(nodes.deadAfter()), before, page.rows()))
        .map(
            rows ->
                Page.of(
                    listed(StreamSupport.stream(rows.spliterator(), false).toList()),
                    page,
                    one -> one.id().toString()));
  }

  private static List<CredentialQueries.Listed> listed(List<Row> rows) {
    return rows.stream().map(CredentialQueries::listed).toList();
  }
}
