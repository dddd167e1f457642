package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What filing for an agent reads: the agent, what its grant will rest on, what is open already. */
final class DelegationTables {

  /**
   * Shared: many people may ask for one agent at once; only its suspension waits, or is waited for.
   */
  private static final String HOLD_AGENT =
      """
      SELECT 1 FROM identities
      WHERE id = $1 AND kind = 'AGENT' AND state = 'ACTIVE' AND mint_until > mayfly_now()
      FOR SHARE
      """;

  /*
   * The session by primary key, the person's grants by grants_by_identity. The locks keep each from ending unseen
   * until the agent's grant is there to end with it; in the order in which everybody takes them.
   */
  private static final String BASIS =
      """
      SELECT %s FROM grants g
      WHERE (g.id = $1 OR (g.identity_id = $2 AND g.role = $3 AND g.kind = 'REQUESTED' AND NOT g.break_glass))
        AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
      ORDER BY g.seq FOR SHARE OF g
      """
          .formatted(Grant.COLUMNS);

  /* By grants_by_person; a person has few agents at work. */
  private static final String OPEN =
      """
      SELECT %s FROM grants g
      WHERE g.acts_for = $1 AND g.identity_id = $2 AND g.role = $3 AND g.task = $4 AND g.parent = $5
        AND g.ended_at IS NULL AND g.deadline > mayfly_now()
      ORDER BY array_position(ARRAY['ACTIVE', 'APPROVED', 'SCHEDULED', 'REQUESTED'], g.state), g.expires_at DESC, g.id
      LIMIT 1
      """
          .formatted(Grant.COLUMNS);

  private DelegationTables() {}

  /**
   * What an agent's grant can rest on.
   *
   * @param held the person's live grants over the role, the one that lives longest first
   */
  record Basis(boolean isSessionLive, List<Grant> held) {}

  static Uni<Boolean> holdAgent(SqlConnection tx, IdentityId agent) {
    return tx.preparedQuery(HOLD_AGENT)
        .execute(Tuple.of(agent.value()))
        .map(rows -> rows.size() > 0);
  }

  static Uni<Basis> basis(SqlConnection tx, Elevations.Asking asking, String role) {
    GrantId session = asking.holder().session();
    return tx.preparedQuery(BASIS)
        .execute(Tuple.of(session.value(), asking.holder().id().value(), role))
        .map(
            rows -> {
              boolean live = false;
              List<Grant> held = new ArrayList<>();
              for (Row row : rows) {
                Grant grant = Grant.from(row);
                if (grant.id().equals(session)) {
                  live = true;
                } else {
                  held.add(grant);
                }
              }
              held.sort((one, other) -> end(other).compareTo(end(one)));
              return new Basis(live, held);
            });
  }

  private static java.time.Instant end(Grant grant) {
    return grant.expiresAt().orElseThrow();
  }

  /** What this session has asked already for this task. */
  static Uni<Optional<Grant>> open(SqlConnection tx, Elevations.Asking asking, String role) {
    Delegations.Acting agent = asking.agent().orElseThrow();
    Tuple parameters =
        Tuple.of(
            asking.holder().id().value(),
            agent.id().value(),
            role,
            agent.task(),
            asking.holder().session().value());
    return tx.preparedQuery(OPEN)
        .execute(parameters)
        .map(
            rows -> {
              for (Row row : rows) {
                return Optional.of(Grant.from(row));
              }
              return Optional.empty();
            });
  }
}
