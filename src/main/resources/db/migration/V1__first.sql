-- The first schema. One word per thing, the word of docs/concepts.md. Plans are thought through in docs/decisions/0001.

-- The clock that decides (rule 3). Every statement asks it, none asks a node's clock.
-- Tests replace this function by one that reads a table.
CREATE FUNCTION mayfly_now() RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN statement_timestamp();

-- Nodes -----------------------------------------------------------------------------------------------------------

CREATE TABLE nodes (
  id             uuid PRIMARY KEY,
  name           text NOT NULL,
  started_at     timestamptz NOT NULL,
  seen_at        timestamptz NOT NULL,      -- live while younger than mayfly.node.dead-after
  rings_version  bigint NOT NULL DEFAULT 0, -- newest change of key rings this node has loaded
  lists_seq      bigint NOT NULL DEFAULT 0, -- newest publication of lists this node serves
  policy_version bigint NOT NULL DEFAULT 0
);

-- When the last node that has left could still have served what it had loaded; with nodes.seen_at it tells whether
-- anybody can hold a fresh copy of an earlier JWKS.
CREATE TABLE nodes_gone (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_seen_at timestamptz NOT NULL
);
INSERT INTO nodes_gone (last_seen_at) VALUES ('-infinity');

-- Policy ----------------------------------------------------------------------------------------------------------

CREATE TABLE policy_versions (
  version      bigint PRIMARY KEY,          -- the document's own revision: it only grows
  sha256       bytea NOT NULL,
  document     text NOT NULL,
  activated_at timestamptz NOT NULL,
  activated_by text NOT NULL
);

CREATE TABLE policy_active (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint NOT NULL REFERENCES policy_versions
);

-- Identities ------------------------------------------------------------------------------------------------------

CREATE TABLE identities (
  id           uuid PRIMARY KEY,
  name         text NOT NULL UNIQUE,        -- SPIFFE ID
  kind         text NOT NULL CHECK (kind IN ('WORKLOAD', 'PERSON', 'AGENT')),
  entry        text NOT NULL,               -- the policy's identity entry it comes from
  owner        text NOT NULL,
  environment  text NOT NULL,
  review_at    timestamptz NOT NULL,
  mint_until   timestamptz NOT NULL,        -- review_at plus the policy's grace: past it nothing is minted
  state        text NOT NULL CHECK (state IN ('ACTIVE', 'SUSPENDED', 'RETIRED')),
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  version      int NOT NULL DEFAULT 0,
  proofs_since bigint NOT NULL DEFAULT 0,   -- the policy version that last took a key or a way in from it
  human        uuid REFERENCES identities   -- the first name of a person who has been given another since
);
CREATE INDEX identities_by_entry ON identities (entry);
CREATE INDEX identities_by_human ON identities (COALESCE(human, id));

-- All the names that one human has had: what they may not do under one they may not do under another (rule 9).
CREATE FUNCTION mayfly_names_of(person uuid) RETURNS SETOF uuid
  LANGUAGE sql STABLE AS $$
  SELECT i.id FROM identities i
  WHERE COALESCE(i.human, i.id) = (SELECT COALESCE(p.human, p.id) FROM identities p WHERE p.id = person)
$$;

-- Each lets one instance prove an identity, once. The token itself is with whoever it was made for.
CREATE TABLE join_tokens (
  id           uuid PRIMARY KEY,            -- UUIDv7
  hash         bytea NOT NULL UNIQUE,       -- SHA-256
  identity     text NOT NULL,               -- SPIFFE ID; its row may not be there yet
  attributes   jsonb NOT NULL,              -- what it says of the instance
  reason       text NOT NULL,
  made_at      timestamptz NOT NULL,
  made_by      text NOT NULL,               -- SPIFFE ID
  until        timestamptz NOT NULL,
  used_at      timestamptz,
  refused_at   timestamptz,                 -- when it was first shown without being good any more
  withdrawn_at timestamptz,
  CHECK (used_at IS NULL OR withdrawn_at IS NULL),
  CHECK (until <= made_at + interval '1 hour')
);
CREATE INDEX join_tokens_by_identity ON join_tokens (identity, id);
CREATE INDEX join_tokens_by_until ON join_tokens (until);

-- Grants ----------------------------------------------------------------------------------------------------------

CREATE TABLE grants (
  id                uuid PRIMARY KEY,
  identity_id       uuid NOT NULL REFERENCES identities,
  role              text NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('STANDING', 'REQUESTED', 'SESSION')),
  state             text NOT NULL CHECK (state IN ('REQUESTED', 'DENIED', 'CANCELLED', 'LAPSED', 'APPROVED', 'SCHEDULED',
                                                   'ACTIVE', 'EXPIRED', 'RELEASED', 'REVOKED')),
  reason            text NOT NULL DEFAULT '',
  duration          interval NOT NULL,      -- how long it lives once active (for STANDING: until the next renewal)
  requested_at      timestamptz NOT NULL,
  decided_at        timestamptz,
  decided_by        text,
  starts_at         timestamptz,            -- asked-for start of a SCHEDULED grant
  activated_at      timestamptz,
  expires_at        timestamptz,            -- set when ACTIVE
  authority_ends_at timestamptz NOT NULL,   -- entitlement and identity review: no renewal reaches past it
  ended_at          timestamptz,
  cause             text,                   -- why it ended
  deadline          timestamptz,            -- when the reaper must look at it in its present state; null once ended
  policy_version    bigint NOT NULL,
  version           int NOT NULL DEFAULT 0,
  requested_by      uuid REFERENCES identities, -- who asked; null where policy did
  bundle            uuid,                   -- what was asked for together
  ask               jsonb NOT NULL DEFAULT '{}', -- ticket, inputs and narrowing, as asked (grant.Asked)
  extends           uuid REFERENCES grants, -- the grant whose end is this one's start
  approval_waits    interval,               -- how long an approval of it may wait for its activation
  idle              interval,               -- released when nothing was minted under it for so long
  idle_at           timestamptz,            -- when to look whether it was used; null where idle is
  break_glass       boolean NOT NULL DEFAULT false, -- taken at once, to be reviewed afterwards
  review_within     interval,               -- for a break-glass: the review is due so long after it was taken
  review_by         timestamptz,            -- by when somebody must have looked at a break-glass
  reviewed_at       timestamptz,
  reviewed_by       uuid REFERENCES identities,
  finding           text,                   -- what that review found
  remind_at         timestamptz,            -- when its holder is told that it ends soon; null once told
  escalate_at       timestamptz,            -- when others are told that they may decide by now; null once told
  escalate_to       text,                   -- who, in words
  acts_for          uuid REFERENCES identities, -- the person an agent acts for
  parent            uuid REFERENCES grants, -- the grant whose end is this one's end too
  task              text,                   -- what an agent does for that person
  part_of           uuid REFERENCES grants, -- the person's own grant that an agent's is a part of: its end is this one's too
  seq               bigint GENERATED ALWAYS AS IDENTITY, -- made after what it rests on, whatever clocks say: the order of locks
  CHECK (state <> 'ACTIVE' OR (expires_at IS NOT NULL AND activated_at IS NOT NULL)),
  CHECK (expires_at IS NULL OR expires_at <= authority_ends_at),
  CHECK (acts_for IS NULL OR (task IS NOT NULL AND parent IS NOT NULL AND acts_for = requested_by))
);
CREATE UNIQUE INDEX grants_one_standing ON grants (identity_id, role) WHERE kind = 'STANDING' AND state = 'ACTIVE';
CREATE INDEX grants_by_identity ON grants (identity_id, requested_at DESC);
CREATE INDEX grants_open ON grants (identity_id, role) WHERE kind = 'REQUESTED' AND ended_at IS NULL; -- of many past ones few
CREATE INDEX grants_by_role ON grants (role, id); -- id is a UUIDv7: newest last
CREATE INDEX grants_by_deadline ON grants (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX grants_undecided ON grants (role, id) WHERE state = 'REQUESTED';
CREATE INDEX grants_to_begin ON grants (state, id) WHERE state IN ('APPROVED', 'SCHEDULED'); -- few, for who looks
CREATE INDEX grants_by_bundle ON grants (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX grants_by_parent ON grants (parent) WHERE parent IS NOT NULL AND ended_at IS NULL;
CREATE INDEX grants_by_part ON grants (part_of) WHERE part_of IS NOT NULL AND ended_at IS NULL;
CREATE INDEX grants_by_person ON grants (acts_for) WHERE acts_for IS NOT NULL;
CREATE INDEX grants_by_extends ON grants (extends) WHERE extends IS NOT NULL AND ended_at IS NULL;
CREATE INDEX grants_by_idle ON grants (idle_at) WHERE idle_at IS NOT NULL;
CREATE INDEX grants_to_review ON grants (review_by) WHERE review_by IS NOT NULL AND reviewed_at IS NULL;
CREATE INDEX grants_to_remind ON grants (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX grants_to_escalate ON grants (escalate_at) WHERE escalate_at IS NOT NULL;

-- Holds these grants and all that rests on them that has not ended, for whoever ends them. Locks are taken in one order
-- everywhere (docs/decisions/0001): policy_active, identities by id, grants by seq, keys. One at a time, for what is attached to a
-- grant (under a lock on it) may only be seen once that grant is held; it has a higher seq.
CREATE FUNCTION mayfly_hold_grants(these uuid[]) RETURNS SETOF uuid
  LANGUAGE plpgsql AS $$
DECLARE
  ahead uuid[] := ARRAY(SELECT g.id FROM grants g WHERE g.id = ANY (these) ORDER BY g.seq);
  place int := 1;
  here uuid;
  live boolean;
  resting uuid[];
BEGIN
  WHILE place <= cardinality(ahead) LOOP
    here := ahead[place];
    place := place + 1;
    SELECT g.ended_at IS NULL INTO live FROM grants g WHERE g.id = here FOR UPDATE;
    IF live OR here = ANY (these) THEN
      RETURN NEXT here;
      resting := ARRAY(SELECT g.id FROM grants g
                       WHERE (g.parent = here OR g.part_of = here OR g.extends = here) AND g.ended_at IS NULL);
      IF NOT resting <@ ahead THEN -- seldom: one person may have thousands of sessions, and nothing rests on most
        ahead := ARRAY(SELECT g.id FROM grants g WHERE g.id = ANY (ahead[place:] || resting) ORDER BY g.seq);
        place := 1;
      END IF;
    END IF;
  END LOOP;
END $$;

-- A time as everything that Mayfly says writes it (RFC 3339, UTC).
CREATE FUNCTION mayfly_utc(at timestamptz) RETURNS text
  LANGUAGE sql STABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- What every message about a grant says of it, under the names that the API has for it: people are named, not numbered.
-- The names come from the caller: with none to look up, PostgreSQL makes this a part of the statement that asks.
CREATE FUNCTION mayfly_told(g grants, identity text, person text, requester text) RETURNS jsonb
  LANGUAGE sql STABLE AS $$
  SELECT g.ask || jsonb_strip_nulls(jsonb_build_object(
    'grant', g.id, 'identity', identity, 'identity_id', g.identity_id,
    'role', g.role, 'state', g.state, 'reason', NULLIF(g.reason, ''), 'task', g.task,
    'acts_for', person, 'requested_by', requester,
    'expires_at', CASE WHEN g.state = 'ACTIVE' THEN mayfly_utc(g.expires_at) END,
    'review_by', CASE WHEN g.reviewed_at IS NULL THEN mayfly_utc(COALESCE(g.review_by, mayfly_now() + g.review_within)) END))
$$;

-- The same of one grant: it looks the names up, row by row.
CREATE FUNCTION mayfly_told(g grants) RETURNS jsonb
  LANGUAGE sql STABLE AS $$
  SELECT mayfly_told(g, (SELECT i.name FROM identities i WHERE i.id = g.identity_id),
                     (SELECT p.name FROM identities p WHERE p.id = g.acts_for),
                     (SELECT q.name FROM identities q WHERE q.id = g.requested_by))
$$;

-- One person's word on one request. Whether the words suffice is computed, never stored (decision 0007).
CREATE TABLE approvals (
  grant_id    uuid NOT NULL REFERENCES grants,
  approver_id uuid NOT NULL REFERENCES identities,
  verdict     text NOT NULL CHECK (verdict IN ('APPROVED', 'DENIED')),
  reason      text NOT NULL DEFAULT '',
  at          timestamptz NOT NULL,
  PRIMARY KEY (grant_id, approver_id)
);
CREATE INDEX approvals_by_approver ON approvals (approver_id, at);

-- People's logins -------------------------------------------------------------------------------------------------

-- Whom a subject at a provider is here. One human has one name, or they could approve for themselves under the other (rule 9);
-- and a name that its provider gives to somebody else later does not carry the rights of whoever had it. RETIRED sets free.
CREATE TABLE people (
  issuer      text NOT NULL,
  subject     text NOT NULL,                -- sub at the provider
  identity_id uuid NOT NULL UNIQUE REFERENCES identities,
  PRIMARY KEY (issuer, subject)
);

-- What the provider said of a person, for as long as the session's grant is ACTIVE.
CREATE TABLE sessions (
  grant_id      uuid PRIMARY KEY REFERENCES grants, -- kind SESSION: its end is the session's
  identity_id   uuid NOT NULL REFERENCES identities,
  trust         text NOT NULL,
  subject       text NOT NULL,              -- sub at the provider
  provider_sid  text,                       -- its session id there, for its logout (OIDC Back-Channel Logout 2.1)
  claims        jsonb NOT NULL,             -- verified, with groups under "groups"
  claims_at     timestamptz NOT NULL,       -- when the provider last said so
  auth_time     timestamptz NOT NULL,       -- when the person last proved who they are
  jkt           text,                       -- the only key that may renew it (RFC 9449 5)
  cookie_hash   bytea,                      -- SHA-256 of the browser's cookie
  provider_token bytea,                     -- the provider's refresh token under the key-encryption key
  refused_at    timestamptz,                -- when the provider took its word back
  asking_until  timestamptz                 -- a node asks the provider with that token; it may be good once
);
CREATE INDEX sessions_by_identity ON sessions (identity_id);
CREATE UNIQUE INDEX sessions_by_cookie ON sessions (cookie_hash) WHERE cookie_hash IS NOT NULL;
CREATE INDEX sessions_by_subject ON sessions (trust, subject);

-- Devices that wait for their person (RFC 8628).
CREATE TABLE device_logins (
  device_hash bytea PRIMARY KEY,            -- SHA-256 of the device code
  user_code   text NOT NULL UNIQUE,
  jkt         text NOT NULL,                -- the only key that may have the session
  asked_from  text NOT NULL,                -- the address, for the person to compare
  end_site    text NOT NULL,                -- whom it is counted as: IPv4 whole, of IPv6 the /64
  fresh       boolean NOT NULL,             -- whether its person has to prove anew who they are
  acr         text[] NOT NULL,              -- and how strongly
  asked_at    timestamptz NOT NULL,
  polled_at   timestamptz,
  pause       interval NOT NULL,            -- between two polls; grows when there are too many
  state       text NOT NULL CHECK (state IN ('WAITING', 'CONFIRMED', 'REFUSED', 'USED')),
  confirmer   uuid REFERENCES sessions,     -- the browser's session
  until       timestamptz NOT NULL
);
CREATE INDEX device_logins_by_until ON device_logins (until);
CREATE INDEX device_logins_by_end_site ON device_logins (end_site, until);

-- Device codes entered that were none: guessing is counted on all nodes together.
CREATE TABLE wrong_device_codes (
  identity_id uuid NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX wrong_device_codes_by_at ON wrong_device_codes (at);

-- Refresh tokens: each is good once, and one that comes again ends its session.
CREATE TABLE refresh_tokens (
  hash    bytea PRIMARY KEY,                -- SHA-256
  session uuid NOT NULL REFERENCES sessions,
  used_at timestamptz,                      -- null while it is good
  until   timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_by_until ON refresh_tokens (until);

-- Keys ------------------------------------------------------------------------------------------------------------

CREATE TABLE key_rings (
  name    text PRIMARY KEY,                 -- purpose/algorithm, e.g. jwt/ES256, statuslist/ES256
  purpose text NOT NULL,
  alg     text NOT NULL
);

-- One number for all rings: a node acknowledges what it has loaded by this one.
CREATE TABLE key_rings_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint NOT NULL
);
INSERT INTO key_rings_version (version) VALUES (0);

CREATE TABLE signing_keys (
  kid               text PRIMARY KEY,
  ring              text NOT NULL REFERENCES key_rings,
  alg               text NOT NULL,
  state             text NOT NULL CHECK (state IN ('PREPARED', 'ACTIVE', 'RETIRING', 'RETIRED', 'TAINTED', 'REMOVED')),
  prepared_at       timestamptz NOT NULL,
  published_version bigint NOT NULL,        -- the rings' version that first showed it
  published_at      timestamptz,            -- when every live node had acknowledged that version: the lead counts from here
  activated_at      timestamptz,
  not_after         timestamptz NOT NULL,   -- nothing it signs outlives this (rule 4)
  retiring_at       timestamptz,
  retired_at        timestamptz,
  tainted_at        timestamptz,
  removed_at        timestamptz,
  lists_over_at     timestamptz,            -- of a CA past its end: when the last list that only it can sign had run out
  public_jwk        jsonb NOT NULL,
  custody           text NOT NULL,          -- which custody holds the private part
  wrapped           bytea                   -- AES-256-GCM under the key-encryption key, kid as associated data
);
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (ring) WHERE state = 'ACTIVE';
CREATE UNIQUE INDEX signing_keys_one_prepared ON signing_keys (ring) WHERE state = 'PREPARED';

-- Lists -----------------------------------------------------------------------------------------------------------

-- What is published of revocations. Each credential has its place on one of them: an entry of a status list, or a shard by
-- the issuing key and the expiry. A shard of the KRL is not served by itself: the one KRL carries them all.
CREATE TABLE lists (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('STATUS', 'CRL', 'KRL', 'KRL_SHARD')),
  kid        text REFERENCES signing_keys,  -- whose credentials are on it; null where any key's may be
  uri        text NOT NULL UNIQUE,          -- where it is served, and what the credential says, byte for byte
  node_id    uuid NOT NULL,                 -- only this node gives out its places
  size       int NOT NULL CHECK (size % 8 = 0),
  ends_at    timestamptz NOT NULL,          -- no credential on it expires later
  state      text NOT NULL CHECK (state IN ('LIVE', 'RETIRED')),
  content    bytea NOT NULL,                -- what is revoked, in the form of its kind (revocation.list.ListFormat)
  opened_at  timestamptz NOT NULL,
  seq        bigint NOT NULL DEFAULT 0,     -- the publication that made it what it is; 0 until first signed
  document   bytea,                         -- the signed list, the same bytes from every node
  etag       text,
  signed_at  timestamptz,
  expires_at timestamptz,                   -- the signed list's own end (rule 7)
  retired_at timestamptz,
  CHECK ((seq = 0) = (document IS NULL)),
  CHECK ((kid IS NOT NULL) = (kind IN ('CRL', 'KRL_SHARD')))
);
CREATE INDEX lists_live ON lists (expires_at) WHERE state = 'LIVE';
CREATE INDEX lists_unsigned ON lists (id) WHERE seq = 0;
CREATE INDEX lists_by_seq ON lists (seq); -- what a node has not taken up yet
INSERT INTO lists (id, kind, uri, node_id, size, ends_at, state, content, opened_at) OVERRIDING SYSTEM VALUE
VALUES (0, 'KRL', '/ssh/krl', '00000000-0000-0000-0000-000000000000', 0, 'infinity', 'LIVE', '', mayfly_now());

-- Certificates of the broker's own keys. The id is the serial number.
CREATE TABLE ca_certificates (
  id         uuid PRIMARY KEY,
  kid        text NOT NULL REFERENCES signing_keys, -- whose public key is in it
  usage      text NOT NULL CHECK (usage IN ('ROOT', 'ISSUING', 'OCSP')),
  signed_by  text REFERENCES signing_keys,  -- null where an organisation's own root has signed it
  der        bytea NOT NULL,
  chain      bytea NOT NULL DEFAULT '',     -- what stands above it, where it was signed elsewhere: DER, one after the other
  not_after  timestamptz NOT NULL,
  list_id    bigint REFERENCES lists,       -- the CRL that would carry its revocation; null where none of ours does
  made_at    timestamptz NOT NULL
);
CREATE INDEX ca_certificates_by_kid ON ca_certificates (kid);

-- One number for all publications, taken by one publisher at a time; nodes acknowledge it in nodes.lists_seq.
CREATE TABLE lists_seq (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seq      bigint NOT NULL
);
INSERT INTO lists_seq (seq) VALUES (0);

-- The ledger ------------------------------------------------------------------------------------------------------

CREATE TABLE credentials (
  id             uuid NOT NULL,             -- UUIDv7; the jti
  grant_id       uuid NOT NULL,
  identity_id    uuid NOT NULL,
  kind           text NOT NULL,             -- JWT, X509 or SSH
  kid            text NOT NULL,             -- the key that signs it
  audience       text NOT NULL,             -- space-delimited; of a certificate, its names
  scope          text NOT NULL,             -- space-delimited; of a certificate, its profile
  issued_at      timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  list_id        bigint NOT NULL,
  list_idx       int NOT NULL,
  list_ends_at   timestamptz NOT NULL,      -- of the list: so the primary key makes (list, index) unique for ever (rule 11)
  policy_version bigint NOT NULL,
  jkt            text,                      -- thumbprint of the key it is bound to (RFC 9449 6.1), or was made out to; x5t#S256:... of a certificate
  revoked_at     timestamptz,               -- revoked alone; a revoked grant or tainted key covers it without a write here
  PRIMARY KEY (list_ends_at, list_id, list_idx),
  CHECK (issued_at < expires_at AND expires_at <= list_ends_at)
) PARTITION BY RANGE (list_ends_at);
CREATE INDEX credentials_by_id ON credentials (id, list_ends_at); -- with the time, or a day without statistics is read whole
CREATE INDEX credentials_by_grant ON credentials (grant_id, list_ends_at); -- the list's end leaves out what has expired

-- Up to when each node has answered all its requests: what a node recorded in later ones and died, perhaps nobody has
-- (docs/decisions/0011). A node that leaves in order takes its row along.
CREATE TABLE answering (
  node_id   uuid PRIMARY KEY,
  name      text NOT NULL,
  open_from uuid NOT NULL,                  -- UUIDv7: credentials of this node below it have been answered
  open_to   uuid NOT NULL,                  -- UUIDv7: it has recorded none from here on without writing here again
  told_at   timestamptz NOT NULL
);

-- Credentials whose caller had gone before the answer could be sent.
CREATE TABLE unanswered (
  credential_id uuid PRIMARY KEY,
  at            timestamptz NOT NULL
);
CREATE INDEX unanswered_by_at ON unanswered (at);

-- Assertions already used (single-use jti), for as long as they could be shown again.
CREATE TABLE used_assertions (
  key   uuid NOT NULL,                      -- first 128 bits of SHA-256 over issuer, subject and jti
  until timestamptz NOT NULL,
  PRIMARY KEY (key, until)
) PARTITION BY RANGE (until);

CREATE TABLE idempotency_keys (
  key           uuid NOT NULL,              -- first 128 bits of SHA-256 over identity and Idempotency-Key
  fingerprint   uuid NOT NULL,              -- of what was asked: the same key for something else is refused
  credential_id uuid NOT NULL,
  list_ends_at  timestamptz NOT NULL,
  until         timestamptz NOT NULL,
  PRIMARY KEY (key)
);
CREATE INDEX idempotency_keys_by_until ON idempotency_keys (until);

-- Revocations -----------------------------------------------------------------------------------------------------

CREATE TABLE revocations (
  id            uuid PRIMARY KEY,
  at            timestamptz NOT NULL,
  scope         text NOT NULL CHECK (scope IN ('CREDENTIAL', 'GRANT', 'IDENTITY', 'KEY')),
  credential_id uuid,
  grant_id      uuid,
  identity_id   uuid,
  kid           text,
  by_whom       text NOT NULL,
  reason        text NOT NULL,
  listed_seq    bigint,                     -- the publication that carries it
  listed_kinds  text[] NOT NULL DEFAULT '{}', -- of the lists that publication made anew
  listed_at     timestamptz,
  everywhere_at timestamptz,                -- every live node serves that publication
  target        text NOT NULL GENERATED ALWAYS AS (  -- as in audit_events.subject
                  CASE scope WHEN 'CREDENTIAL' THEN 'credential:' || credential_id::text
                             WHEN 'GRANT' THEN 'grant:' || grant_id::text
                             WHEN 'IDENTITY' THEN 'identity:' || identity_id::text
                             ELSE 'key:' || kid END) STORED
);
CREATE INDEX revocations_by_target ON revocations (target, at);
CREATE INDEX revocations_by_grant ON revocations (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX revocations_to_list ON revocations (at) WHERE listed_seq IS NULL;
CREATE INDEX revocations_to_confirm ON revocations (listed_seq) WHERE everywhere_at IS NULL AND listed_seq IS NOT NULL;

-- Audit and outbox ------------------------------------------------------------------------------------------------

CREATE TABLE audit_events (
  id             uuid NOT NULL,             -- UUIDv7
  at             timestamptz NOT NULL,
  action         text NOT NULL,             -- e.g. credential.mint, grant.activate, revocation.publish
  outcome        text NOT NULL CHECK (outcome IN ('SUCCESS', 'DENIED', 'FAILED')),
  actor          text NOT NULL,             -- SPIFFE ID, or system:reaper, system:policy ...
  cause          text NOT NULL,
  subject        text NOT NULL,             -- kind:id, e.g. credential:0199...
  identity_id    uuid,
  grant_id       uuid,
  policy_version bigint NOT NULL,
  request_id     text NOT NULL DEFAULT '',
  detail         jsonb,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX audit_events_by_grant ON audit_events (grant_id, at) WHERE grant_id IS NOT NULL;
-- A mint writes into none of these: its event is found by the ledger's row or the identity's grants (AuditQueries).
CREATE INDEX audit_events_by_subject ON audit_events (subject, at) WHERE action <> 'credential.mint';
CREATE INDEX audit_events_by_identity ON audit_events (identity_id, at) WHERE action <> 'credential.mint';
CREATE INDEX audit_events_by_action ON audit_events (action, at, id) WHERE action <> 'credential.mint';

-- Taken when a message is written, so under the locks of the change it tells of: the order of one key's messages.
CREATE SEQUENCE outbox_seq;

CREATE TABLE outbox (
  id      uuid NOT NULL,
  at      timestamptz NOT NULL,
  topic   text NOT NULL,
  key     text NOT NULL,                    -- messages of one key are delivered in order
  payload jsonb NOT NULL,
  seq     bigint NOT NULL DEFAULT nextval('outbox_seq'),
  queued  boolean NOT NULL DEFAULT false,   -- deliveries has a row for each channel that wants it
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX outbox_to_queue ON outbox (seq) WHERE NOT queued;

-- One message on its way through one channel.
CREATE TABLE deliveries (
  id         uuid PRIMARY KEY,              -- UUIDv7
  message_id uuid NOT NULL,
  message_at timestamptz NOT NULL,          -- finds the message's partition
  seq        bigint NOT NULL,               -- the message's
  topic      text NOT NULL,
  key        text NOT NULL,
  channel    text NOT NULL,
  state      text NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'DEAD')),
  tries      int NOT NULL DEFAULT 0,        -- counted when one begins: a node that dies in it has tried
  next_at    timestamptz NOT NULL,          -- of a PENDING one: not before this; while it is being tried, the end of that
  changed_at timestamptz NOT NULL,
  last_error text NOT NULL DEFAULT '',      -- never holds an address or a secret
  UNIQUE (message_id, channel)
);
CREATE INDEX deliveries_due ON deliveries (channel, next_at) WHERE state = 'PENDING';
CREATE INDEX deliveries_in_order ON deliveries (channel, key, seq) WHERE state = 'PENDING';
CREATE INDEX deliveries_pending ON deliveries (message_at) WHERE state = 'PENDING';
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'DEAD';
CREATE INDEX deliveries_ended ON deliveries (message_at) WHERE state <> 'PENDING';

-- Partitions: one function makes them ahead, one drops those that ended before a time. ----------------------------

CREATE FUNCTION mayfly_make_partitions(parent text, width interval, ahead interval) RETURNS int
  LANGUAGE plpgsql SET timezone TO 'UTC' AS $$  -- a day is 24 hours, wherever the session thinks it is
DECLARE
  start timestamptz := date_bin(width, mayfly_now() - width, timestamptz '2000-01-01 00:00:00Z');
  name text;
  made int := 0;
BEGIN
  WHILE start <= mayfly_now() + ahead LOOP
    name := parent || '_' || to_char(start AT TIME ZONE 'UTC', 'YYYYMMDD"t"HH24MI');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                     name, parent, start, start + width);
      made := made + 1;
    END IF;
    start := start + width;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION mayfly_drop_partitions(parent text, width interval, before timestamptz) RETURNS int
  LANGUAGE plpgsql SET timezone TO 'UTC' AS $$  -- a day is 24 hours, wherever the session thinks it is
DECLARE
  child record;
  dropped int := 0;
BEGIN
  FOR child IN
    -- Materialized: else a plan may read the time out of the names of all relations, and most have none.
    WITH children AS MATERIALIZED (
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = to_regclass(parent))
    SELECT c.relname FROM children c
     WHERE to_timestamp(right(c.relname, 13) || ' +00', 'YYYYMMDD"t"HH24MI TZH') + width <= before
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I', child.relname);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

SELECT mayfly_make_partitions('credentials', interval '1 day', interval '7 days');
SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '7 days');
SELECT mayfly_make_partitions('outbox', interval '1 day', interval '7 days');
SELECT mayfly_make_partitions('used_assertions', interval '1 hour', interval '1 day');
