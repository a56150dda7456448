-- What happened, and who follows. Likes, boosts, replies and followers are read from where they stand already: each is
-- there once, whatever is taken back is gone from everywhere at once, and there is no second list that could grow.

-- Whether the artisan answers each request to follow by herself.
ALTER TABLE artisans ADD COLUMN approves_followers INTEGER NOT NULL DEFAULT 0;

-- Who asks to follow, and waits for the artisan's answer; nobody in here is a follower.
CREATE TABLE follow_requests (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    follow_uri TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_requests_actor ON follow_requests (actor_id);
CREATE INDEX follow_requests_newest ON follow_requests (artisan_id, asked_at);

-- When a follower asked to be one; `followed_at` is when she became one.
ALTER TABLE followers ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;
UPDATE followers SET asked_at = followed_at;
CREATE INDEX followers_newest ON followers (artisan_id, asked_at);
CREATE INDEX followers_since ON followers (artisan_id, followed_at);

-- Words of others to an artisan that answer no work of hers; she alone reads them. The newest are kept (storage/mentions).
CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    url TEXT,
    content_html TEXT NOT NULL,
    language TEXT,
    public INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    updated_at INTEGER,
    received_at INTEGER NOT NULL,
    UNIQUE (uri, artisan_id)
) STRICT;
CREATE INDEX mentions_newest ON mentions (artisan_id, received_at);
CREATE INDEX mentions_actor ON mentions (actor_id, artisan_id, received_at);

-- Followers who have another account now.
CREATE TABLE moves (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    moved_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX moves_actor ON moves (actor_id);
CREATE INDEX moves_target ON moves (target_id);
CREATE INDEX moves_newest ON moves (artisan_id, moved_at);
-- The new actor was read when the old one said that she moves.
INSERT INTO moves (artisan_id, actor_id, target_id, moved_at)
SELECT artisan_id, actor_id, new.id, new.fetched_at
FROM followers JOIN actors AS old ON old.id = actor_id JOIN actors AS new ON new.uri = old.moved_to_uri;

-- When the words of a reply came here as they are now; when they were written is for their author to say.
ALTER TABLE replies ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0;
UPDATE replies SET received_at = coalesce(updated_at, published_at);
CREATE INDEX replies_newest ON replies (work_id, received_at);
CREATE INDEX reactions_newest ON reactions (work_id, type, received_at);

-- Up to which moment an artisan has read what happened. What was there before this version, she has.
CREATE TABLE happenings_read (
    artisan_id INTEGER PRIMARY KEY REFERENCES artisans (id),
    until INTEGER NOT NULL
) STRICT;
INSERT INTO happenings_read SELECT id, unixepoch() * 1000 FROM artisans;

-- The columns have the same affinity in each part, so that what is asked of the whole is asked of the parts' indexes.
CREATE VIEW happenings AS
SELECT artisan_id, 'like' AS kind, work_id, actor_id, received_at AS happened_at
FROM reactions JOIN works ON works.id = work_id WHERE type = 'Like' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'boost', work_id, actor_id, received_at
FROM reactions JOIN works ON works.id = work_id WHERE type = 'Announce' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'reply', work_id, actor_id, received_at
FROM replies JOIN works ON works.id = work_id WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'mention', CAST(NULL AS INTEGER), actor_id, received_at FROM mentions
UNION ALL SELECT artisan_id, 'request', CAST(NULL AS INTEGER), actor_id, asked_at FROM follow_requests
UNION ALL SELECT artisan_id, 'follow', CAST(NULL AS INTEGER), actor_id, asked_at FROM followers
UNION ALL SELECT artisan_id, 'move', CAST(NULL AS INTEGER), actor_id, moved_at FROM moves;

-- When something of each kind last happened to each work, and to the artisan: one step into an index for each, however
-- much there is of it.
CREATE VIEW happenings_newest AS
SELECT artisan_id, id AS work_id, 'like' AS kind,
    (SELECT max(received_at) FROM reactions WHERE work_id = works.id AND type = 'Like') AS newest_at
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, id, 'boost',
    (SELECT max(received_at) FROM reactions WHERE work_id = works.id AND type = 'Announce')
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, id, 'reply', (SELECT max(received_at) FROM replies WHERE work_id = works.id)
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'mention',
    (SELECT max(received_at) FROM mentions WHERE artisan_id = artisans.id)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'request',
    (SELECT max(asked_at) FROM follow_requests WHERE artisan_id = artisans.id)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'follow',
    (SELECT max(asked_at) FROM followers WHERE artisan_id = artisans.id)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'move',
    (SELECT max(moved_at) FROM moves WHERE artisan_id = artisans.id)
FROM artisans;
