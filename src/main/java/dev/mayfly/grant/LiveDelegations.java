package dev.mayfly.grant;

import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Under which grants an agent may act now, and for whom. What is found is no "yes": the person is
 * judged anew, and the ledger asks again (rule 3).
 */
@ApplicationScoped
public class LiveDelegations {

  private static final int MOST = 50;

  /*
   * The agent by its name, its grants by grants_by_identity, the person by primary key and what their provider said
   * last by sessions_by_identity; an agent has few grants that are live.
   */
  private static final String FIND =
      """
      SELECT g.id AS delegation, g.ask, g.task, n.name AS acts_for, i.id, i.name, i.entry, s.grant_id, s.trust,
             s.claims, s.auth_time
      FROM identities a
      JOIN grants g ON g.identity_id = a.id AND g.role = $2 AND g.kind = 'REQUESTED' AND g.state = 'ACTIVE'
        AND g.expires_at > mayfly_now() AND ($3::uuid IS NULL OR g.id = $3)
      JOIN identities n ON n.id = g.acts_for
      LEFT JOIN identities i ON i.id = g.acts_for AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
      LEFT JOIN LATERAL (
        SELECT l.grant_id, l.trust, l.claims, l.auth_time FROM sessions l
        WHERE l.identity_id = i.id AND l.refused_at IS NULL ORDER BY l.claims_at DESC LIMIT 1
      ) s ON true
      WHERE a.name = $1
      ORDER BY g.expires_at DESC, g.id LIMIT $4
      """;

  private static final Because LOST = new Because("system:grants", "no longer eligible", "");

  private final Database database;
  private final GrantMachine machine;
  private final InstantSource clock;

  public LiveDelegations(Database database, GrantMachine machine, InstantSource clock) {
    this.database = database;
    this.machine = machine;
    this.clock = clock;
  }

  /**
   * A live grant of an agent.
   *
   * @param actsFor the SPIFFE ID of the person
   * @param person as their provider last described them; empty when they are nobody here any more
   */
  public record Live(
      GrantId id, Narrowing narrowing, String task, String actsFor, Optional<Person> person) {

    private boolean isForTheSameAs(Live other) {
      return actsFor.equals(other.actsFor) && task.equals(other.task);
    }
  }

  /**
   * The grants to act under, the one that lives longest first.
   *
   * @param agent the SPIFFE ID
   * @param named only this one, where one is named
   */
  public Uni<List<Live>> find(
      String agent, String role, Optional<GrantId> named, CompiledPolicy policy) {
    Tuple parameters =
        Tuple.of(agent, role, named.map(GrantId::value).orElse(null), Integer.valueOf(MOST));
    return database.run(FIND, parameters).map(rows -> read(rows, policy, clock.instant()));
  }

  /** Whether it is clear for whom and for what: nobody acts for one person in another's stead. */
  public static boolean isOneTask(List<Live> live) {
    return live.stream().allMatch(one -> one.isForTheSameAs(live.getFirst()));
  }

  private static List<Live> read(RowSet<Row> rows, CompiledPolicy policy, Instant now) {
    List<Live> live = new ArrayList<>();
    for (Row row : rows) {
      boolean known = row.getUUID("id") != null && row.getUUID("grant_id") != null;
      live.add(
          new Live(
              new GrantId(row.getUUID("delegation")),
              Narrowing.of(row.getJsonObject("ask")),
              row.getString("task"),
              row.getString("acts_for"),
              known ? People.person(row, policy, now) : Optional.empty()));
    }
    return live;
  }

  /** Ends one whose person may no longer have its role, and all that was minted under it. */
  public Uni<Void> endAsLost(GrantId grant) {
    return database
        .inTransaction(tx -> machine.move(tx, grant, Move.REVOKE, LOST))
        .replaceWithVoid();
  }
}
