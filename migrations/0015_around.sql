-- What an artisan finds, follows and reads of people elsewhere.

-- What people elsewhere say of themselves, made safe when it came; and the names by which they are looked for.
ALTER TABLE actors ADD COLUMN summary_html TEXT NOT NULL DEFAULT '';
CREATE INDEX actors_username ON actors (username COLLATE NOCASE, host);
CREATE INDEX actors_name ON actors (name COLLATE NOCASE);

-- Whom an artisan wants to follow by a list that she brought: each is looked for in turn, and followed when found.
-- Without `due_at` nobody is looked for any more; `answer` is why.
CREATE TABLE wanted_follows (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    username TEXT NOT NULL COLLATE NOCASE,
    host TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (artisan_id, username, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_follows_due ON wanted_follows (due_at) WHERE due_at IS NOT NULL;

-- What posts kept here answer and nobody here knows yet: it is asked for at its own server, step by step upwards.
CREATE TABLE wanted_posts (
    uri TEXT PRIMARY KEY,
    site TEXT NOT NULL, -- of its server: so that nobody makes us ask one for all
    steps INTEGER NOT NULL, -- how far above what was sent to us it stands
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_posts_site ON wanted_posts (site);
CREATE INDEX wanted_posts_due ON wanted_posts (due_at);

-- Our copies of the pictures in other people's posts, made when the artisan first looks at them.
CREATE TABLE glimpses (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- of the picture in its post; the first is 1
    source_url TEXT NOT NULL, -- where it was asked for
    file TEXT, -- our copy; NULL where there is none yet, none could be made, or there was no room
    size_bytes INTEGER NOT NULL DEFAULT 0,
    fetched_at INTEGER NOT NULL, -- when it was asked for, or given up for want of room
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX glimpses_file ON glimpses (file);
CREATE INDEX glimpses_seen ON glimpses (seen_at);
-- These, and the portraits.
CREATE VIEW small_copies AS
SELECT 'portrait' AS kind, file, size_bytes, shown_at AS seen_at, fetched_at FROM avatars WHERE file IS NOT NULL
UNION ALL SELECT 'glimpse', file, size_bytes, seen_at, fetched_at FROM glimpses WHERE file IS NOT NULL;
