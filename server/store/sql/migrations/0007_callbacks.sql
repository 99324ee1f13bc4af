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

-- Whether what was heard last of a call was history already: it makes no callback.
ALTER TABLE recent_call ADD COLUMN late INTEGER NOT NULL DEFAULT 0;

-- When the next of a hunt is to ring; null: nobody is hunted.
ALTER TABLE recent_call ADD COLUMN step REAL;
CREATE INDEX recent_call_step ON recent_call (step) WHERE step IS NOT NULL;
