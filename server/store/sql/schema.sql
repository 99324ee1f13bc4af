-- The whole schema, for reading and for a new database. An old database gets here by the files in migrations/, and a test
-- holds both ways equal. SQL that both SQLite and PostgreSQL accept; times are seconds since 1970, seq the head's numbers.

-- The unit of total order, and its counter. One row. key_print names the server's key without telling it; audit_n and
-- audit_chain are the last line of the audit.
CREATE TABLE space (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    timeline TEXT NOT NULL,
    server_epoch TEXT NOT NULL,
    organisation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    chain TEXT NOT NULL,
    rights INTEGER NOT NULL,
    oldest_code INTEGER NOT NULL,
    key_print TEXT NOT NULL DEFAULT '',
    audit_n INTEGER NOT NULL DEFAULT 0,
    audit_chain TEXT NOT NULL DEFAULT ''
);

-- The newest image of a row in each channel where it ever was. body NULL is a tombstone, moved_to where the row went.
CREATE TABLE image (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB,
    moved_to TEXT,
    PRIMARY KEY (kind, id, channel)
);
CREATE INDEX image_in_order ON image (channel, seq);

-- The change log: one row per seq. device and op_id are NULL for what the server did by itself (imports).
CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    chain TEXT NOT NULL,
    channels TEXT NOT NULL,
    device TEXT,
    op_id TEXT
);
CREATE INDEX change_of_device ON change (device, seq) WHERE device IS NOT NULL;

-- Count and content digest of a replicated set, as they were after each commit that touched it; old ones are pruned.
CREATE TABLE ring (
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (name, seq)
);

-- Every op that was ever answered. payload is kept for parked ops only, so that they can be replayed.
CREATE TABLE op (
    op_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    salt BLOB NOT NULL,
    hash TEXT NOT NULL,
    answer BLOB NOT NULL,
    payload BLOB
);

-- Which op used a number of a device's epoch: the same op may be numbered again in a later epoch.
CREATE TABLE numbered (
    device TEXT NOT NULL,
    epoch TEXT NOT NULL,
    dev_seq INTEGER NOT NULL,
    op_id TEXT NOT NULL,
    PRIMARY KEY (device, epoch, dev_seq)
);

-- How often the handler of an unanswered op raised.
CREATE TABLE trouble (
    op_id TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL
);

-- Who can be found under a number, in E.164.
CREATE TABLE reachable (
    e164 TEXT NOT NULL,
    member TEXT NOT NULL,
    PRIMARY KEY (e164, member)
);
CREATE INDEX reachable_member ON reachable (member);

-- The calls of the last hour: what another source may have seen of each, and when it is given up if no image newer than seq
-- comes before; due is null once it has ended.
-- The caller is known under e164 or said: their number as it came, or that they hide.
CREATE TABLE recent_call (
    call TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    started REAL NOT NULL,
    seq INTEGER NOT NULL,
    due REAL,
    e164 TEXT,
    said TEXT,
    late INTEGER NOT NULL DEFAULT 0,
    step REAL
);
CREATE INDEX recent_call_step ON recent_call (step) WHERE step IS NOT NULL;
CREATE INDEX recent_call_due ON recent_call (due) WHERE due IS NOT NULL;
CREATE INDEX recent_call_started ON recent_call (site, started);
CREATE INDEX recent_call_e164 ON recent_call (site, e164, started) WHERE e164 IS NOT NULL;
CREATE INDEX recent_call_said ON recent_call (site, said, started) WHERE said IS NOT NULL;

CREATE TABLE site (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE device (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    cls TEXT NOT NULL,
    site TEXT NOT NULL,
    public_key BLOB NOT NULL,
    epoch TEXT NOT NULL,
    last_dev_seq INTEGER NOT NULL,
    enrolled_at REAL NOT NULL,
    seen_at REAL NOT NULL,
    fenced_at REAL,
    revoked_at REAL
);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    failures INTEGER NOT NULL,
    failed_at REAL NOT NULL,
    revoked_at REAL
);

-- One-time codes: only a hash of the secret is kept.
CREATE TABLE enrolment (
    secret_hash TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    cls TEXT NOT NULL,
    expires REAL NOT NULL,
    used_by TEXT
);

-- Central settings: telephone sources and the lines on them.
CREATE TABLE source (
    id TEXT PRIMARY KEY,
    dialect TEXT NOT NULL,
    url TEXT NOT NULL,
    secrets TEXT NOT NULL DEFAULT '',
    open INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE line (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    site TEXT NOT NULL,
    label TEXT NOT NULL,
    region TEXT NOT NULL,
    area TEXT NOT NULL,
    abilities TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0
);

-- Central settings beside sources and lines, each as JSON: hours of a store, callbacks, routes.
CREATE TABLE setting (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
);

-- The digits of open callbacks and of marked numbers, in every form in which a call may give them.
CREATE TABLE dialled (
    digits TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (digits, kind, id)
);
CREATE INDEX dialled_row ON dialled (kind, id);

-- Webhooks that were taken in, so that a repetition changes nothing. id is a hash of the source and the request's own name,
-- so that no number of a caller stands here; kept for a day.
CREATE TABLE hook (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL
);
CREATE INDEX hook_at ON hook (at);

CREATE TABLE audit (
    n INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    chain TEXT NOT NULL
);
