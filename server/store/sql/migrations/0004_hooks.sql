-- Webhooks: what proves that a source's requests are its own, and which of them were taken in already.
ALTER TABLE source ADD COLUMN secrets TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE line ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- id is a hash of the source and the request's own name, so that no number of a caller stands here; kept for a day.
CREATE TABLE hook (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL
);
CREATE INDEX hook_at ON hook (at);
