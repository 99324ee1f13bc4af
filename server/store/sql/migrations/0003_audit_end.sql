-- With which key this database's audit and answers are made, and where its audit ends: what was cut off is missed.
ALTER TABLE space ADD COLUMN key_print TEXT NOT NULL DEFAULT '';
ALTER TABLE space ADD COLUMN audit_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN audit_chain TEXT NOT NULL DEFAULT '';

UPDATE space SET
    audit_n = coalesce((SELECT max(n) FROM audit), 0),
    audit_chain = coalesce((SELECT chain FROM audit ORDER BY n DESC LIMIT 1), '');
