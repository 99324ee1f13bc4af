-- Calls that have not ended: when each is given up if no image newer than seq comes before.
CREATE TABLE live_call (
    call TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    due REAL NOT NULL
);
CREATE INDEX live_call_due ON live_call (due);

-- Every call there is, as one to be looked at: what is over is forgotten, what is not gets its time from then on.
INSERT INTO live_call (call, seq, due) SELECT id, 0, 0 FROM image WHERE kind = 'call' AND body IS NOT NULL;
