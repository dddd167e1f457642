-- What a company has left behind after two months with Mayfly. Sections are run in order by bench.Seed, which fills in the
-- numbers in braces. Foreign keys are not checked while this runs: what is written here keeps them by construction.
-- Who is in which group, and which rule a role has, is the same as in bench.Company and bench.PeoplePolicy.

-- == put indexes aside: they are built at the end, as they were
SET session_replication_role = replica;
CREATE TABLE bench_indexes AS
  SELECT indexname AS name, replace(indexdef, ' ON ONLY ', ' ON ') AS definition FROM pg_indexes
  WHERE schemaname = 'public' AND tablename IN ('grants', 'approvals', 'audit_events', 'revocations')
    AND indexname NOT IN (SELECT conname FROM pg_constraint);
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT name FROM bench_indexes LOOP
    EXECUTE format('DROP INDEX %I', one.name);
  END LOOP;
  -- A broker that has run for so long made these as the days came.
  FOR day IN 2..62 LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS audit_events_%s PARTITION OF audit_events FOR VALUES FROM (%L) TO (%L)',
                   to_char(d, 'YYYYMMDD"t"HH24MI'), d::text || 'Z', (d + interval '1 day')::text || 'Z')
    FROM (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => day) AS d) AS days;
  END LOOP;
END $$;

-- == people
CREATE TABLE bench_people AS
  SELECT n, uuidv7(interval '-90 days') AS id, 'spiffe://bench.example/staff/p' || n AS name,
         n % {teams} AS team, (n * 7 + 3) % {teams} AS other_team
  FROM generate_series(0, {people} - 1) AS n;
CREATE UNIQUE INDEX ON bench_people (n);
ANALYZE bench_people;
INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at, changed_at)
SELECT id, name, 'PERSON', 'staff', 'bench', 'bench', '{until}Z', '{until}Z'::timestamptz + interval '168 hours', 'ACTIVE',
       now() - interval '90 days', now() - interval '90 days'
FROM bench_people;

-- == sessions of those who are logged in
INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, decided_at, decided_by, activated_at,
                    expires_at, authority_ends_at, deadline, policy_version, cause)
SELECT uuidv7(interval '-1 hour'), id, 'session', 'SESSION', 'ACTIVE', '10 hours', now() - interval '1 hour',
       now() - interval '1 hour', 'system:policy', now() - interval '1 hour', now() + interval '9 hours', '{until}Z',
       now() + interval '9 hours', 1, 'login'
FROM bench_people WHERE n < {sessions} AND n NOT IN ({real});
INSERT INTO sessions (grant_id, identity_id, trust, subject, claims, claims_at, auth_time)
SELECT g.id, p.id, 'staff', 'p' || p.n,
       jsonb_build_object('sub', 'p' || p.n, 'preferred_username', 'p' || p.n, 'manager', 'p' || p.n - p.n % 20, 'groups',
         to_jsonb(array_remove(ARRAY['staff', 'team-' || p.team, 'team-' || p.other_team,
           CASE WHEN p.n / {teams} % 50 = 0 THEN 'approvers-' || p.team END,
           CASE WHEN p.n % 500 = 7 THEN 'security' END,
           CASE WHEN p.n % 5000 = 11 THEN 'platform' END], NULL))),
       now() - interval '1 hour', now() - interval '1 hour'
FROM grants g JOIN bench_people p ON p.id = g.identity_id WHERE g.kind = 'SESSION';

-- == past grants
-- Twenty each, and five hundred each for forty who never stop asking. h decides how it went.
INSERT INTO grants (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at, decided_at, decided_by,
                    activated_at, expires_at, authority_ends_at, ended_at, cause, policy_version, version)
SELECT uuidv7(at - now()), p.id, p.id, 'role-' || r, 'REQUESTED', state, 'case ' || k, duration, at,
       CASE WHEN state IN ('EXPIRED', 'RELEASED', 'REVOKED', 'DENIED') THEN at + interval '5 minutes' END,
       CASE WHEN state IN ('EXPIRED', 'RELEASED', 'REVOKED', 'DENIED') THEN
         CASE WHEN r % 10 < 3 THEN 'system:policy' ELSE 'spiffe://bench.example/staff/p' || approver END END,
       CASE WHEN state IN ('EXPIRED', 'RELEASED', 'REVOKED') THEN at + interval '6 minutes' END,
       CASE WHEN state IN ('EXPIRED', 'RELEASED', 'REVOKED') THEN at + interval '6 minutes' + duration END,
       '{until}Z',
       at + CASE state WHEN 'EXPIRED' THEN interval '6 minutes' + duration WHEN 'RELEASED' THEN interval '6 minutes' + duration / 2
                       WHEN 'REVOKED' THEN interval '6 minutes' + duration / 3 WHEN 'DENIED' THEN interval '5 minutes'
                       WHEN 'CANCELLED' THEN interval '20 minutes' ELSE interval '3 hours' END,
       lower(state), 1, 3
FROM (SELECT k, h, at, n, r, (30 + h % 4 * 30) * interval '1 minute' AS duration,
             CASE WHEN h % 20 < 12 OR (h % 20 IN (16, 17) AND r % 10 < 3) THEN 'EXPIRED' WHEN h % 20 < 15 THEN 'RELEASED'
                  WHEN h % 20 = 15 THEN 'REVOKED' WHEN h % 20 < 18 THEN 'DENIED' WHEN h % 20 = 18 THEN 'CANCELLED'
                  ELSE 'LAPSED' END AS state,
             CASE WHEN first = n THEN r / 20 + {teams} * 50 * ((h + 1) % {approvers}) ELSE first END AS approver
      FROM (SELECT k, h, at, n, r, r / 20 + {teams} * 50 * (h % {approvers}) AS first
            FROM (SELECT k, h, n, now() - interval '60 days' + k * (interval '60 days' - interval '4 hours') / {past} AS at,
                         CASE WHEN h % 2 = 0 THEN n % {teams} ELSE (n * 7 + 3) % {teams} END * 20 + h / 20 % 20 AS r
                  FROM (SELECT k, abs(hashint4(k)) AS h,
                               CASE WHEN k % 50 = 0 THEN 20400 + k / 50 % 40 ELSE k * 7919::bigint % {people} END::int AS n
                        FROM generate_series(1, {past}) AS k) AS a) AS b) AS c) AS d
JOIN bench_people p USING (n);

-- == open requests, grants in use, break-glass to be reviewed
CREATE TABLE bench_open AS
  SELECT k, n, h, p.id, p.team, kind,
         p.team * 20 + CASE kind WHEN 'ACTIVE' THEN k % 3 WHEN 'GLASS' THEN 7 ELSE 3 + k % 7 END + 10 * (k / 7 % 2) AS r
  FROM (SELECT k, 5000 + k * 37 % 20000 AS n, abs(hashint4(k)) AS h,
               CASE WHEN k <= {open} THEN 'REQUESTED' WHEN k <= {open} + 3000 THEN 'ACTIVE' WHEN k <= {open} + 4000 THEN 'APPROVED'
                    WHEN k <= {open} + 4200 THEN 'SCHEDULED' ELSE 'GLASS' END AS kind
        FROM generate_series(1, {open} + 4500) AS k) AS a
  JOIN bench_people p USING (n);
INSERT INTO grants (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at, decided_at, decided_by,
                    starts_at, activated_at, expires_at, authority_ends_at, deadline, remind_at, ended_at, cause, policy_version,
                    break_glass, review_within, review_by)
SELECT uuidv7(at - now()), id, id, 'role-' || r, 'REQUESTED', CASE kind WHEN 'GLASS' THEN 'EXPIRED' ELSE kind END, 'open ' || k,
       '30 minutes', at,
       CASE WHEN kind <> 'REQUESTED' THEN at END,
       CASE kind WHEN 'REQUESTED' THEN NULL WHEN 'ACTIVE' THEN 'system:policy' WHEN 'GLASS' THEN 'system:break-glass'
                 ELSE 'spiffe://bench.example/staff/p' || team END,
       CASE WHEN kind = 'SCHEDULED' THEN now() + interval '3 hours' END,
       CASE WHEN kind IN ('ACTIVE', 'GLASS') THEN at END,
       CASE kind WHEN 'ACTIVE' THEN now() + (60 + h % 120) * interval '1 minute' WHEN 'GLASS' THEN at + interval '30 minutes' END,
       '{until}Z',
       CASE kind WHEN 'REQUESTED' THEN at + interval '1 day' WHEN 'ACTIVE' THEN now() + (60 + h % 120) * interval '1 minute'
                 WHEN 'APPROVED' THEN now() + interval '1 hour' WHEN 'SCHEDULED' THEN now() + interval '3 hours' END,
       CASE WHEN kind = 'ACTIVE' THEN now() + (55 + h % 120) * interval '1 minute' END,
       CASE WHEN kind = 'GLASS' THEN at + interval '30 minutes' END,
       lower(kind), 1, kind = 'GLASS',
       CASE WHEN kind = 'GLASS' THEN interval '2 days' END,
       CASE WHEN kind = 'GLASS' THEN at + interval '2 days' END
FROM (SELECT *, now() - CASE WHEN kind = 'GLASS' THEN (60 + h % 2700) WHEN kind = 'REQUESTED' THEN h % 1200 ELSE h % 20 END
                        * interval '1 minute' AS at FROM bench_open) AS a;

-- == what approvers said
INSERT INTO approvals (grant_id, approver_id, verdict, at)
SELECT g.id, i.id, CASE g.state WHEN 'DENIED' THEN 'DENIED' ELSE 'APPROVED' END, g.decided_at
FROM grants g JOIN identities i ON i.name = g.decided_by WHERE g.kind = 'REQUESTED';
-- Of those that need two, half have one already.
INSERT INTO approvals (grant_id, approver_id, verdict, at)
SELECT g.id, p.id, 'APPROVED', g.requested_at
FROM bench_open o JOIN grants g ON g.identity_id = o.id AND g.reason = 'open ' || o.k
JOIN bench_people p ON p.n = o.team + {teams} * 50 * 4
WHERE o.kind = 'REQUESTED' AND o.r % 10 IN (6, 8) AND o.h % 2 = 0 AND p.n <> o.n
ON CONFLICT DO NOTHING;
INSERT INTO revocations (id, at, scope, grant_id, by_whom, reason, listed_seq, listed_at, everywhere_at)
SELECT uuidv7(ended_at - now()), ended_at, 'GRANT', id, 'system:grants', cause, 0, ended_at, ended_at
FROM grants WHERE state IN ('RELEASED', 'REVOKED');

-- == audit events of them all
INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version, request_id)
SELECT uuidv7(e.at - now()), e.at, e.action, 'SUCCESS', COALESCE(e.actor, 'system:reaper'), COALESCE(g.cause, ''),
       CASE WHEN e.action = 'credential.mint' THEN 'credential:' || gen_random_uuid() ELSE 'grant:' || g.id END,
       g.identity_id, g.id, 1, ''
FROM grants g JOIN bench_people p ON p.id = g.identity_id
CROSS JOIN LATERAL (VALUES
  ('grant.request', CASE WHEN g.kind = 'REQUESTED' THEN g.requested_at END, p.name),
  (CASE WHEN g.state = 'DENIED' THEN 'grant.deny' ELSE 'grant.approve' END,
   CASE WHEN g.kind = 'REQUESTED' THEN g.decided_at END, g.decided_by),
  ('grant.activate', g.activated_at, p.name),
  ('credential.mint', CASE WHEN g.kind = 'REQUESTED' THEN g.activated_at + interval '1 second' END, p.name),
  (CASE g.state WHEN 'EXPIRED' THEN 'grant.expire' WHEN 'RELEASED' THEN 'grant.release' WHEN 'REVOKED' THEN 'grant.revoke'
                WHEN 'CANCELLED' THEN 'grant.cancel' ELSE 'grant.lapse' END,
   CASE WHEN g.state <> 'DENIED' THEN g.ended_at END, NULL)) AS e (action, at, actor)
WHERE e.at IS NOT NULL;

-- == indexes back
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT definition FROM bench_indexes LOOP
    EXECUTE one.definition;
  END LOOP;
END $$;

-- == vacuum and analyze: as two months of autovacuum would have, or it does all of it while something is measured
VACUUM (ANALYZE) identities, grants, approvals, sessions, revocations, audit_events;
