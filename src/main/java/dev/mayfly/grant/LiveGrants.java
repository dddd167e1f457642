package dev.mayfly.grant;

import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Which requested grant a person may use now. Where several overlap it is the one that lives
 * longest: the end of one never removes what another still gives. What is found is no "yes": the
 * ledger asks again (rule 3).
 */
@ApplicationScoped
public class LiveGrants {

  /* By grants_open: a person has few that are live, and may have had hundreds. */
  private static final String FIND =
      """
      SELECT g.id, g.ask FROM grants g
      WHERE g.identity_id = $1 AND g.role = $2 AND g.kind = 'REQUESTED' AND g.state = 'ACTIVE'
        AND g.ended_at IS NULL AND g.expires_at > mayfly_now() AND ($3::uuid IS NULL OR g.id = $3)
      ORDER BY g.expires_at DESC, g.id LIMIT 1
      """;

  private static final Because LOST = new Because("system:grants", "no longer eligible", "");

  private final Database database;
  private final GrantMachine machine;

  public LiveGrants(Database database, GrantMachine machine) {
    this.database = database;
    this.machine = machine;
  }

  /** A live grant and what it was narrowed to. */
  public record Live(GrantId id, Narrowing narrowing) {}

  /**
   * The grant to mint under, if there is a live one.
   *
   * @param named only this one, where one is named
   */
  public Uni<Optional<Live>> find(IdentityId holder, String role, Optional<GrantId> named) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(holder.value())
            .addString(role)
            .addUUID(named.map(GrantId::value).orElse(null));
    return database
        .run(FIND, parameters)
        .map(
            rows -> {
              for (Row row : rows) {
                return Optional.of(
                    new Live(
                        new GrantId(row.getUUID("id")), Narrowing.of(row.getJsonObject("ask"))));
              }
              return Optional.empty();
            });
  }

  /** Ends one whose holder may no longer have its role, and all that was minted under it. */
  public Uni<Void> endAsLost(GrantId grant) {
    return database
        .inTransaction(tx -> machine.move(tx, grant, Move.REVOKE, LOST))
        .replaceWithVoid();
  }
}
