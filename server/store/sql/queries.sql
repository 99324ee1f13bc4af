-- The statements of the server, each under the line that names it. Parameters are named; SQLite and PostgreSQL accept the text.

-- name: space
SELECT timeline, server_epoch, organisation, seq, chain, rights FROM space

-- name: begin_space
INSERT INTO space (id, timeline, server_epoch, organisation, seq, chain, rights, oldest_code)
VALUES (1, :timeline, :server_epoch, :organisation, 0, '', 0, :oldest_code)

-- name: move_head
UPDATE space SET seq = :seq, chain = :chain

-- name: bump_rights
UPDATE space SET rights = rights + 1

-- name: key_print
SELECT key_print FROM space

-- name: set_key_print
UPDATE space SET key_print = :key_print

-- name: audit_end
SELECT audit_n, audit_chain FROM space

-- name: move_audit
UPDATE space SET audit_n = :n, audit_chain = :chain

-- name: set_epoch
UPDATE space SET server_epoch = :fresh WHERE server_epoch = :seen

-- name: row
SELECT kind, id, channel, seq, body, moved_to FROM image WHERE kind = :kind AND id = :id AND body IS NOT NULL

-- name: put_image
INSERT INTO image (kind, id, channel, seq, body, moved_to) VALUES (:kind, :id, :channel, :seq, :body, :moved_to)
ON CONFLICT (kind, id, channel) DO UPDATE SET seq = excluded.seq, body = excluded.body, moved_to = excluded.moved_to

-- name: images_after
SELECT kind, id, channel, seq, body, moved_to FROM image WHERE channel = :channel AND seq > :after ORDER BY seq, kind, id

-- name: newest
SELECT max(seq) FROM image WHERE channel = :channel

-- name: put_change
INSERT INTO change (seq, chain, channels, device, op_id) VALUES (:seq, :chain, :channels, :device, :op_id)

-- name: chain
SELECT chain FROM change WHERE seq = :seq

-- name: channels_after
SELECT DISTINCT channels FROM change WHERE seq > :after

-- name: authors
SELECT device, op_id, seq FROM change WHERE seq > :after AND seq <= :upto AND device IS NOT NULL ORDER BY seq

-- name: authors_of
SELECT device, op_id, seq FROM change WHERE device = :device AND seq > :after AND seq <= :upto
ORDER BY seq LIMIT :limit

-- name: tally
SELECT count, digest FROM ring WHERE name = :name ORDER BY seq DESC LIMIT 1

-- name: put_tally
INSERT INTO ring (name, seq, count, digest) VALUES (:name, :seq, :count, :digest)

-- name: prune_ring
DELETE FROM ring WHERE name = :name AND seq < :floor

-- name: settled
SELECT op_id, kind, device, seq, at, salt, hash, answer, payload FROM op WHERE op_id = :op_id

-- name: put_settled
INSERT INTO op (op_id, kind, device, seq, at, salt, hash, answer, payload)
VALUES (:op_id, :kind, :device, :seq, :at, :salt, :hash, :answer, :payload)

-- name: numbered
SELECT op_id FROM numbered WHERE device = :device AND epoch = :epoch AND dev_seq = :dev_seq

-- name: lived
SELECT 1 FROM numbered WHERE device = :device AND epoch = :epoch LIMIT 1

-- name: put_numbered
INSERT INTO numbered (device, epoch, dev_seq, op_id) VALUES (:device, :epoch, :dev_seq, :op_id)

-- name: attempts
SELECT attempts FROM trouble WHERE op_id = :op_id

-- name: put_attempts
INSERT INTO trouble (op_id, attempts) VALUES (:op_id, :attempts)
ON CONFLICT (op_id) DO UPDATE SET attempts = excluded.attempts

-- name: forget_attempts
DELETE FROM trouble WHERE op_id = :op_id

-- name: reachable
SELECT member FROM reachable WHERE e164 = :e164 ORDER BY member

-- name: unreach
DELETE FROM reachable WHERE member = :member

-- name: reach
INSERT INTO reachable (e164, member) VALUES (:e164, :member) ON CONFLICT DO NOTHING

-- name: dialled
SELECT image.kind, image.id, image.channel, image.seq, image.body, image.moved_to
FROM dialled JOIN image ON image.kind = dialled.kind AND image.id = dialled.id AND image.body IS NOT NULL
WHERE dialled.digits = :digits ORDER BY dialled.kind, dialled.id LIMIT :limit

-- name: forget_dialled
DELETE FROM dialled WHERE kind = :kind AND id = :id

-- name: put_dialled
INSERT INTO dialled (digits, kind, id) VALUES (:digits, :kind, :id) ON CONFLICT DO NOTHING

-- name: settings
SELECT kind, id, position, body FROM setting ORDER BY kind, position, id

-- name: presences
SELECT id, body FROM image WHERE kind = 'presence' AND body IS NOT NULL

-- name: put_setting
INSERT INTO setting (kind, id, position, body) VALUES (:kind, :id, :position, :body)

-- name: clear_settings
DELETE FROM setting

-- name: silent_calls
SELECT call, site, started, seq, due, 0, e164, said, late, step
FROM recent_call WHERE due <= :now ORDER BY due, call LIMIT :limit

-- name: live_calls
SELECT image.kind, image.id, image.channel, image.seq, image.body, image.moved_to
FROM recent_call JOIN image ON image.kind = 'call' AND image.id = recent_call.call AND image.body IS NOT NULL
WHERE recent_call.due IS NOT NULL ORDER BY recent_call.started DESC, recent_call.call LIMIT :limit

-- name: hunted_calls
SELECT call, site, started, seq, due, 0, e164, said, late, step
FROM recent_call WHERE step <= :now ORDER BY step, call LIMIT :limit

-- name: calls_around
SELECT image.kind, image.id, image.channel, image.seq, image.body, image.moved_to
FROM recent_call JOIN image ON image.kind = 'call' AND image.id = recent_call.call AND image.body IS NOT NULL
WHERE recent_call.site = :site AND recent_call.started BETWEEN :since AND :until
ORDER BY recent_call.started DESC, recent_call.call LIMIT :limit

-- name: calls_around_of
SELECT image.kind, image.id, image.channel, image.seq, image.body, image.moved_to
FROM (
    SELECT call, started FROM recent_call
    WHERE site = :site AND e164 IS NOT NULL AND e164 = :caller AND started BETWEEN :since AND :until
    UNION
    SELECT call, started FROM recent_call
    WHERE site = :site AND said IS NOT NULL AND said = :caller AND started BETWEEN :since AND :until
    ORDER BY started DESC, call LIMIT :limit
) AS near JOIN image ON image.kind = 'call' AND image.id = near.call AND image.body IS NOT NULL

-- name: put_recent_call
INSERT INTO recent_call (call, site, started, seq, due, e164, said, late, step)
VALUES (:call, :site, :started, :seq, :due, :e164, :said, :late, :step)
ON CONFLICT (call) DO UPDATE SET site = excluded.site, started = excluded.started, seq = excluded.seq, due = excluded.due,
    e164 = excluded.e164, said = excluded.said, late = excluded.late, step = excluded.step

-- name: forget_recent_call
DELETE FROM recent_call WHERE call = :call

-- name: prune_recent_calls
DELETE FROM recent_call WHERE site = :site AND started < :floor AND due IS NULL

-- name: device
SELECT id, name, cls, site, public_key, epoch, last_dev_seq, enrolled_at, seen_at, fenced_at, revoked_at
FROM device WHERE id = :id

-- name: devices
SELECT id, name, cls, site, public_key, epoch, last_dev_seq, enrolled_at, seen_at, fenced_at, revoked_at
FROM device ORDER BY enrolled_at, id

-- name: add_device
INSERT INTO device
    (id, name, cls, site, public_key, epoch, last_dev_seq, enrolled_at, seen_at, fenced_at, revoked_at)
VALUES
    (:id, :name, :cls, :site, :public_key, :epoch, :last_dev_seq, :enrolled_at, :seen_at, :fenced_at, :revoked_at)

-- name: device_by_key
SELECT id FROM device WHERE public_key = :public_key

-- name: refresh_device
UPDATE device SET cls = :cls, site = :site, epoch = :epoch, last_dev_seq = 0, fenced_at = NULL
WHERE id = :id

-- name: name_device
UPDATE device SET name = :name WHERE id = :id

-- name: advance_device
UPDATE device SET last_dev_seq = :last_dev_seq WHERE id = :id

-- name: fence_device
UPDATE device SET fenced_at = :at WHERE id = :id

-- name: seen_device
UPDATE device SET seen_at = :at WHERE id = :id

-- name: restart_device
UPDATE device SET epoch = :epoch, last_dev_seq = 0 WHERE id = :id

-- name: revoke_device
UPDATE device SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL

-- name: revoked_devices
SELECT id FROM device WHERE revoked_at IS NOT NULL

-- name: person
SELECT id, name, folded, role, password, failures, failed_at, revoked_at FROM person WHERE id = :id

-- name: person_named
SELECT id, name, folded, role, password, failures, failed_at, revoked_at FROM person WHERE folded = :folded

-- name: people
SELECT id, name, folded, role, password, failures, failed_at, revoked_at FROM person ORDER BY folded

-- name: add_person
INSERT INTO person (id, name, folded, role, password, failures, failed_at, revoked_at)
VALUES (:id, :name, :folded, :role, :password, :failures, :failed_at, :revoked_at)

-- name: note_login
UPDATE person SET failures = :failures, failed_at = :at WHERE id = :id

-- name: set_password
UPDATE person SET password = :password WHERE id = :id

-- name: renew_password
UPDATE person SET password = :password, failures = 0, failed_at = 0 WHERE id = :id

-- name: revoke_person
UPDATE person SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL

-- name: revoked_people
SELECT id FROM person WHERE revoked_at IS NOT NULL

-- name: add_site
INSERT INTO site (id, name) VALUES (:id, :name)

-- name: site
SELECT id, name FROM site WHERE id = :id

-- name: sites
SELECT id, name FROM site ORDER BY id

-- name: add_enrolment
INSERT INTO enrolment (secret_hash, site, cls, expires, used_by) VALUES (:secret_hash, :site, :cls, :expires, :used_by)

-- name: enrolment
SELECT secret_hash, site, cls, expires, used_by FROM enrolment WHERE secret_hash = :secret_hash

-- name: use_enrolment
UPDATE enrolment SET used_by = :device WHERE secret_hash = :secret_hash AND used_by IS NULL

-- name: drop_source
DELETE FROM source WHERE id = :id

-- name: drop_lines
DELETE FROM line WHERE source = :id

-- name: clear_lines
DELETE FROM line

-- name: clear_sources
DELETE FROM source

-- name: source
SELECT id, dialect, url, secrets, open, position FROM source WHERE id = :id

-- name: sources
SELECT id, dialect, url, secrets, open, position FROM source ORDER BY position, id

-- name: add_source
INSERT INTO source (id, dialect, url, secrets, open, position)
VALUES (:id, :dialect, :url, :secrets, :open, :position)

-- name: add_line
INSERT INTO line (id, source, site, label, region, area, abilities, position)
VALUES (:id, :source, :site, :label, :region, :area, :abilities, :position)

-- name: lines
SELECT id, source, site, label, region, area, abilities, position FROM line WHERE site = :site ORDER BY id

-- name: lines_of
SELECT id, source, site, label, region, area, abilities, position FROM line WHERE source = :source ORDER BY position, id

-- name: all_lines
SELECT id, source, site, label, region, area, abilities, position FROM line ORDER BY position, id

-- name: hook
SELECT at FROM hook WHERE id = :id

-- name: put_hook
INSERT INTO hook (id, at) VALUES (:id, :at) ON CONFLICT (id) DO UPDATE SET at = excluded.at

-- name: prune_hooks
DELETE FROM hook WHERE at < :floor

-- name: reached
SELECT image.kind, image.id, image.channel, image.seq, image.body, image.moved_to
FROM reachable JOIN image ON image.kind = 'member' AND image.id = reachable.member
WHERE reachable.e164 = :e164 AND image.body IS NOT NULL ORDER BY image.id LIMIT :limit

-- name: audit_head
SELECT n, chain FROM audit ORDER BY n DESC LIMIT 1

-- name: put_audit
INSERT INTO audit (n, at, actor, action, subject, detail, chain)
VALUES (:n, :at, :actor, :action, :subject, :detail, :chain)

-- name: audit
SELECT n, at, actor, action, subject, detail, chain FROM audit WHERE n > :after ORDER BY n LIMIT :limit
