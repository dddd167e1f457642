-- A million certificates of each kind under a hundred grants, on shards as the broker opens them. Run by bench.Revoke, which
-- fills in the numbers in braces; the broker itself then signs the shards and lists what is revoked.
SET synchronous_commit = off;
CREATE TABLE bench_lists AS
  SELECT kind, n, nextval(pg_get_serial_sequence('lists', 'id')) AS id,
         (SELECT kid FROM signing_keys WHERE state = 'ACTIVE' AND ring LIKE purpose || '/%') AS kid
    FROM (VALUES ('CRL', 'x509'), ('KRL_SHARD', 'sshuser')) AS k (kind, purpose), generate_series(0, ({live} - 1) / 4096) AS n;
INSERT INTO lists (id, kind, kid, uri, node_id, size, ends_at, state, content, opened_at) OVERRIDING SYSTEM VALUE
SELECT id, kind, kid, '{issuer}' || CASE kind WHEN 'CRL' THEN '/crl/' || id || '.crl' ELSE '/ssh/krl#' || id END,
       '00000000-0000-0000-0000-000000000000', 4096, date_trunc('hour', now()) + interval '12 hours', 'LIVE', '', now()
  FROM bench_lists;
CREATE TABLE bench_grants AS SELECT n, uuidv7() AS id FROM generate_series(0, 99) AS n;
INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at, authority_ends_at,
                    deadline, policy_version)
SELECT g.id, (SELECT id FROM identities LIMIT 1), 'bench-' || n, 'REQUESTED', 'ACTIVE', '12 hours', now(), now(),
       now() + interval '13 hours', now() + interval '13 hours', now() + interval '13 hours', 1
  FROM bench_grants g;
INSERT INTO credentials (id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at, list_id, list_idx,
                         list_ends_at, policy_version, jkt)
SELECT uuidv7(), g.id, (SELECT id FROM identities LIMIT 1), CASE l.kind WHEN 'CRL' THEN 'X509' ELSE 'SSH' END, l.kid, 'URI:x', 'svid',
       now(), now() + interval '11 hours', l.id, k % 4096, date_trunc('hour', now()) + interval '12 hours', 1, ''
  FROM generate_series(0, {live} - 1) AS k
  JOIN bench_lists l ON l.n = k / 4096
  JOIN bench_grants g ON g.n = k % 100;
ANALYZE credentials, grants, lists;
