-- Under what the caller of each recent call is known: most calls of a minute have nothing to do with one that is heard.
-- Those from before this version are joined by nothing but their own sources.
ALTER TABLE recent_call ADD COLUMN e164 TEXT;
ALTER TABLE recent_call ADD COLUMN said TEXT;
CREATE INDEX recent_call_e164 ON recent_call (site, e164, started) WHERE e164 IS NOT NULL;
CREATE INDEX recent_call_said ON recent_call (site, said, started) WHERE said IS NOT NULL;
