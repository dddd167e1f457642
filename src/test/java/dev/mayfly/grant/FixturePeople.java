package dev.mayfly.grant;

import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.TestDatabase;
import dev.mayfly.store.Uuids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** Writes down people as their logins leave them: identity, session and what a provider says. */
record FixturePeople(TestDatabase test, CompiledPolicy policy, Instant now) {

  /** Somebody who has just logged in, in these groups beside {@code staff}. */
  Person person(String name, String... groups) {
    IdentityId id = new IdentityId(Uuids.next(Clock.systemUTC()));
    GrantId session = new GrantId(Uuids.next(Clock.systemUTC()));
    test.execute(
        """
        INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at, changed_at)
          VALUES ('%s', 'spiffe://acme.example/people/%s', 'PERSON', 'staff', 'heads', 'production',
                  mayfly_now() + interval '1 year', mayfly_now() + interval '1 year', 'ACTIVE', mayfly_now(), mayfly_now());
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                            authority_ends_at, deadline, policy_version)
          SELECT '%s', '%s', 'session', 'SESSION', 'ACTIVE', interval '10 hours', mayfly_now(), mayfly_now(), e.at, e.at, e.at, 1
          FROM (SELECT mayfly_now() + interval '10 hours' AS at) e;
        INSERT INTO sessions (grant_id, identity_id, trust, subject, claims, claims_at, auth_time)
          VALUES ('%s', '%s', 'staff', '%s', '{}', mayfly_now(), mayfly_now());
        """
            .formatted(id, name, session, id, session, id, name));
    return regroup(id, session, name, groups);
  }

  /** For tests of what happens days later. */
  Person staysLoggedIn(Person person) {
    test.execute(
        """
        UPDATE grants SET authority_ends_at = authority_ends_at + interval '10 days',
                          expires_at = expires_at + interval '10 days'
        WHERE id = '%s'
        """
            .formatted(person.session()));
    return person;
  }

  /** The provider now says that they are in these groups. */
  Person regroup(Person person, String... groups) {
    return regroup(
        person.id(),
        person.session(),
        person.name().substring(person.name().lastIndexOf('/') + 1),
        groups);
  }

  private Person regroup(IdentityId id, GrantId session, String name, String... groups) {
    JsonArray all = new JsonArray(new java.util.ArrayList<>(List.of(groups))).add("staff");
    JsonObject claims =
        new JsonObject()
            .put("preferred_username", name)
            .put("email", name + "@acme.example")
            .put("email_verified", true)
            .put("groups", all);
    test.execute(
        "UPDATE sessions SET claims = '%s' WHERE grant_id = '%s'"
            .formatted(claims.encode(), session));
    return People.latest(test.pool(), List.of(id), policy, now)
        .await()
        .atMost(ElevationFixture.LIMIT)
        .getOrDefault(
            id,
            new Person(
                id,
                "spiffe://acme.example/people/" + name,
                policy.logins("staff").getFirst().entry(),
                claims.getMap(),
                now,
                session));
  }
}
