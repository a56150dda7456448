-- The studio: who is signed in. Of a token only its hash is kept, and of a device only what its browser calls itself.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    device TEXT NOT NULL, -- as she reads it: "Firefox, Android"
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    proved_at INTEGER NOT NULL -- when she last proved that it is she
) STRICT;
CREATE INDEX sessions_artisan ON sessions (artisan_id, seen_at DESC);
