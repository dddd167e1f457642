package dev.mayfly.grant;

import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Condition;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.LoginEntry;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * People as their provider last described them, whether they are logged in at this moment or not.
 * Who is not ACTIVE, no longer meets their entry's condition, or was last refused by their
 * provider, is left out: they count for nothing.
 */
final class People {

  /* By sessions_by_identity; a person has few sessions that are kept. */
  private static final String LATEST =
      """
      SELECT * FROM (
        SELECT DISTINCT ON (s.identity_id) i.id, i.name, i.entry, s.grant_id, s.trust, s.claims, s.auth_time, s.refused_at
        FROM sessions s
        JOIN identities i ON i.id = s.identity_id AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
        WHERE s.identity_id = ANY ($1)
        ORDER BY s.identity_id, COALESCE(s.refused_at, s.claims_at) DESC, s.refused_at NULLS FIRST
      ) newest
      WHERE refused_at IS NULL
      """;

  private People() {}

  static Uni<Map<IdentityId, Person>> latest(
      SqlClient client, Collection<IdentityId> ids, CompiledPolicy policy, Instant now) {
    UUID[] values = ids.stream().map(IdentityId::value).distinct().toArray(UUID[]::new);
    return client
        .preparedQuery(LATEST)
        .execute(Tuple.tuple().addArrayOfUUID(values))
        .map(
            rows -> {
              Map<IdentityId, Person> people = new LinkedHashMap<>();
              for (Row row : rows) {
                person(row, policy, now).ifPresent(one -> people.put(one.id(), one));
              }
              return people;
            });
  }

  /** Reads a row of id, name, entry, grant_id, trust, claims, auth_time. */
  static Optional<Person> person(Row row, CompiledPolicy policy, Instant now) {
    Map<String, Object> claims = row.getJsonObject("claims").getMap();
    return entry(row.getString("trust"), row.getString("entry"), claims, policy, now)
        .map(
            entry ->
                new Person(
                    new IdentityId(row.getUUID("id")),
                    row.getString("name"),
                    entry,
                    claims,
                    row.getOffsetDateTime("auth_time").toInstant(),
                    new GrantId(row.getUUID("grant_id"))));
  }

  private static Optional<IdentityEntry> entry(
      String trust,
      String entryId,
      Map<String, Object> claims,
      CompiledPolicy policy,
      Instant now) {
    return policy.logins(trust).stream()
        .filter(one -> one.entry().id().equals(entryId))
        .filter(one -> one.judge(claims, now) instanceof Condition.Verdict.Met)
        .map(LoginEntry::entry)
        .findFirst();
  }
}
