package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** Files requests: where the grant machine begins for whoever has to ask. */
@ApplicationScoped
public class GrantRequests {

  private static final String FILE =
      """
      WITH filed AS (
        INSERT INTO grants AS g (id, identity_id, role, kind, state, reason, duration, requested_at, starts_at,
                                 authority_ends_at, deadline, policy_version)
        VALUES ($1, $2, $3, 'REQUESTED', 'REQUESTED', $4, make_interval(secs => $5), mayfly_now(), $6, $7,
                mayfly_now() + make_interval(secs => $8), $9)
        RETURNING g.id, g.identity_id
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                policy_version, request_id)
      SELECT $10, mayfly_now(), 'grant.request', 'SUCCESS', $11, $12, 'grant:' || f.id, f.identity_id, f.id, $9, $13
      FROM filed f
      """;

  private final InstantSource clock;
  private final GrantConfig config;

  public GrantRequests(InstantSource clock, GrantConfig config) {
    this.clock = clock;
    this.config = config;
  }

  /** Files a request as part of the transaction {@code client} is in. */
  public Uni<GrantId> file(SqlClient client, GrantRequest request, Because because) {
    GrantId id = new GrantId(Uuids.next(clock));
    Tuple parameters =
        Tuple.tuple()
            .addUUID(id.value())
            .addUUID(request.identity().value())
            .addString(request.role())
            .addString(request.reason())
            .addDouble(Seconds.of(request.duration()))
            .addOffsetDateTime(
                request.startsAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null))
            .addOffsetDateTime(request.authorityEndsAt().atOffset(ZoneOffset.UTC))
            .addDouble(Seconds.of(config.requestWaits()))
            .addLong(request.policyVersion())
            .addUUID(Uuids.next(clock))
            .addString(because.actor())
            .addString(because.cause())
            .addString(because.requestId());
    return client.preparedQuery(FILE).execute(parameters).replaceWith(id);
  }
}
