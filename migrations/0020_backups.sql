-- Backups that were made, and those that came to nothing.
CREATE TABLE backups (
    id INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER, -- NULL while it is being made, and for ever where whoever made it was killed
    made_by TEXT NOT NULL CHECK (made_by IN ('command', 'schedule')),
    place TEXT NOT NULL, -- the folder or the file that was asked for; the file once there is one
    kind TEXT CHECK (kind IN ('whole', 'since')),
    size_bytes INTEGER,
    sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
    fault TEXT CHECK (fault IN ('full', 'place', 'other')), -- why it came to nothing
    told TEXT -- the same in words
) STRICT;
CREATE INDEX backups_begun ON backups (begun_at);
