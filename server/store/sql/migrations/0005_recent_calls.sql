-- The calls of the last hour: what another source may have seen of each, and when it is given up if no image newer than seq
-- comes before; due is null once it has ended.
CREATE TABLE recent_call (
    call TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    started REAL NOT NULL,
    seq INTEGER NOT NULL,
    due REAL
);
CREATE INDEX recent_call_due ON recent_call (due) WHERE due IS NOT NULL;
CREATE INDEX recent_call_started ON recent_call (site, started);

-- When they started is in their images; those that began before this version are joined by nothing but their own sources.
INSERT INTO recent_call (call, site, started, seq, due) SELECT call, '', 0, seq, due FROM live_call;
DROP TABLE live_call;
