package dev.mayfly.grant.session;

import dev.mayfly.grant.Because;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.grant.Move;
import dev.mayfly.grant.Withdrawals;
import dev.mayfly.identity.login.ProviderLogouts.LoggedOut;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * How sessions end before their time: the person logs out, here or at their provider, or the
 * provider takes its word back. Everything minted under one dies with it, and so do the sessions of
 * its devices.
 */
@ApplicationScoped
public class SessionEnds {

  /*
   * By sessions_by_subject where a subject is named. Parents first: their devices end with them. A session of which the
   * provider never said its own id may be the one that is meant.
   */
  private static final String OF_LOGOUT =
      """
      SELECT g.id FROM sessions s JOIN grants g ON g.id = s.grant_id AND g.state = 'ACTIVE'
      WHERE s.trust = $1 AND ($2::text IS NULL OR s.subject = $2) AND ($3::text IS NULL OR s.provider_sid = $3 OR (s.provider_sid IS NULL AND s.subject = $2))
      ORDER BY g.parent NULLS FIRST, g.id
      """;

  /* Only a session: the token of a grant that was asked for does not end a login. */
  private static final String NAME =
      """
      SELECT i.name FROM sessions s JOIN identities i ON i.id = s.identity_id WHERE s.grant_id = $1
      """;

  private final Database database;
  private final GrantMachine machine;
  private final Withdrawals withdrawals;

  public SessionEnds(Database database, GrantMachine machine, Withdrawals withdrawals) {
    this.database = database;
    this.machine = machine;
    this.withdrawals = withdrawals;
  }

  /** The person logs out. One that is no session, or has ended, is passed over. */
  public Uni<Void> logOut(GrantId session, String requestId) {
    return database.inTransaction(
        tx ->
            tx.preparedQuery(NAME)
                .execute(Tuple.of(session.value()))
                .map(
                    rows -> {
                      for (Row row : rows) {
                        return Optional.of(row.getString("name"));
                      }
                      return Optional.<String>empty();
                    })
                .chain(
                    name ->
                        name.map(
                                who ->
                                    end(
                                        tx,
                                        session,
                                        Move.RELEASE,
                                        new Because(who, "logout", requestId)))
                            .orElseGet(() -> Uni.createFrom().voidItem())));
  }

  /** Somebody else takes it away. */
  public Uni<Void> revoke(GrantId session, Because because) {
    return database.inTransaction(tx -> end(tx, session, Move.REVOKE, because));
  }

  /**
   * The provider vouches for the person no longer: what they hold, and approved, goes with it,
   * unless it has vouched for them by another session since it was asked.
   */
  public Uni<Void> refused(GrantId session, OffsetDateTime askedAt, String requestId) {
    Because because = new Because("system:provider", "refused by provider", requestId);
    return database.inTransaction(
        tx ->
            withdrawals
                .hold(tx, session)
                .chain(
                    held ->
                        end(tx, session, Move.REVOKE, because)
                            .chain(() -> withdrawals.refused(tx, session, askedAt))
                            .chain(
                                () ->
                                    withdrawals.withdraw(
                                        tx, session, Optional.of(askedAt), because))));
  }

  /** The policy no longer knows the person by what their provider says of them. */
  public Uni<Void> forgotten(GrantId session, String requestId) {
    return revoke(
        session, new Because("system:policy", "claims no longer meet the policy", requestId));
  }

  /** The person has logged out, or was logged out, at their provider. */
  public Uni<Void> loggedOut(LoggedOut who, String requestId) {
    Because because = new Because("system:provider", "logged out at the provider", requestId);
    return database.inTransaction(
        tx ->
            tx.preparedQuery(OF_LOGOUT)
                .execute(
                    Tuple.of(who.trust(), who.subject().orElse(null), who.session().orElse(null)))
                .chain(rows -> loggedOut(tx, sessions(rows), because)));
  }

  /** All of one logout are sessions of one person. */
  private Uni<Void> loggedOut(SqlConnection tx, List<GrantId> sessions, Because because) {
    if (sessions.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    GrantId any = sessions.getFirst();
    return withdrawals
        .hold(tx, any)
        .chain(
            held ->
                Multi.createFrom()
                    .iterable(sessions)
                    .onItem()
                    .transformToUniAndConcatenate(
                        session -> end(tx, session, Move.REVOKE, because).replaceWith(session))
                    .collect()
                    .last())
        .chain(last -> withdrawals.withdraw(tx, any, Optional.empty(), because));
  }

  private static List<GrantId> sessions(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> new GrantId(row.getUUID("id")))
        .toList();
  }

  /** Whoever has ended it first: it has ended. */
  private Uni<Void> end(SqlConnection tx, GrantId session, Move move, Because because) {
    return machine.move(tx, session, move, because).replaceWithVoid();
  }
}
