-- Moments are whole milliseconds since 1970 in UTC. `uid` is the last part of an ActivityStreams id and never changes.

CREATE TABLE artisans (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    icon TEXT CHECK (icon IS NULL OR json_valid(icon)),
    image TEXT CHECK (image IS NULL OR json_valid(image)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- One living key for each artisan; the key without an artisan signs this server's own questions.
CREATE TABLE keys (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER UNIQUE REFERENCES artisans (id),
    private_pem TEXT NOT NULL,
    public_pem TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX keys_instance ON keys (artisan_id IS NULL) WHERE artisan_id IS NULL;

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    UNIQUE (artisan_id, name)
) STRICT;

CREATE TABLE works (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    series_id INTEGER REFERENCES series (id),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    materials TEXT NOT NULL CHECK (json_valid(materials)),
    techniques TEXT NOT NULL CHECK (json_valid(techniques)),
    dimensions TEXT CHECK (dimensions IS NULL OR json_valid(dimensions)),
    year INTEGER,
    price_amount TEXT,
    price_currency TEXT,
    availability TEXT,
    featured INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER NOT NULL,
    updated_at INTEGER,
    withdrawn_at INTEGER,
    edits INTEGER NOT NULL DEFAULT 0,
    likes INTEGER NOT NULL DEFAULT 0,
    announces INTEGER NOT NULL DEFAULT 0,
    replies INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX works_shown ON works (artisan_id, published_at DESC, id DESC) WHERE withdrawn_at IS NULL;

CREATE TABLE photos (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    alt TEXT NOT NULL,
    file TEXT NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    thumbnail TEXT NOT NULL,
    thumbnail_width_px INTEGER NOT NULL,
    thumbnail_height_px INTEGER NOT NULL,
    blurhash TEXT NOT NULL,
    original TEXT NOT NULL,
    focal_x REAL NOT NULL DEFAULT 0.0,
    focal_y REAL NOT NULL DEFAULT 0.0,
    PRIMARY KEY (work_id, position)
) STRICT, WITHOUT ROWID;

-- `tag` is compared without regard to case, `name` is how it was written.
CREATE TABLE tags (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (work_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag);

CREATE TABLE actors (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    type TEXT NOT NULL,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    inbox_url TEXT NOT NULL,
    shared_inbox_url TEXT,
    followers_uri TEXT,
    icon_url TEXT,
    also_known_as TEXT NOT NULL CHECK (json_valid(also_known_as)),
    moved_to_uri TEXT,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX actors_inbox ON actors (inbox_url);
CREATE INDEX actors_shared_inbox ON actors (shared_inbox_url);

CREATE TABLE actor_keys (
    key_id TEXT PRIMARY KEY,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    pem TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX actor_keys_actor ON actor_keys (actor_id);

CREATE TABLE followers (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    follow_uri TEXT NOT NULL,
    followed_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX followers_actor ON followers (actor_id);

CREATE TABLE following (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    follow_uri TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'rejected')),
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX following_actor ON following (actor_id);

-- Actors who do not want to hear from an artisan here.
CREATE TABLE blocks (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    block_uri TEXT NOT NULL,
    PRIMARY KEY (artisan_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_actor ON blocks (actor_id);

CREATE TABLE reactions (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('Like', 'Announce')),
    activity_uri TEXT NOT NULL,
    content TEXT,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (work_id, actor_id, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_activity ON reactions (activity_uri);
CREATE INDEX reactions_actor ON reactions (actor_id);

-- Words of others about a work. Nothing of them is shown before the artisan has approved it.
CREATE TABLE replies (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    in_reply_to TEXT NOT NULL,
    url TEXT,
    content_html TEXT NOT NULL,
    public INTEGER NOT NULL,
    approved INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;
CREATE INDEX replies_work ON replies (work_id, published_at);
CREATE INDEX replies_actor ON replies (actor_id);

CREATE TRIGGER reactions_counted AFTER INSERT ON reactions BEGIN
    UPDATE works SET likes = likes + (NEW.type = 'Like'), announces = announces + (NEW.type = 'Announce')
    WHERE id = NEW.work_id;
END;
CREATE TRIGGER reactions_uncounted AFTER DELETE ON reactions BEGIN
    UPDATE works SET likes = likes - (OLD.type = 'Like'), announces = announces - (OLD.type = 'Announce')
    WHERE id = OLD.work_id;
END;
CREATE TRIGGER replies_counted AFTER INSERT ON replies WHEN NEW.public BEGIN
    UPDATE works SET replies = replies + 1 WHERE id = NEW.work_id;
END;
CREATE TRIGGER replies_uncounted AFTER DELETE ON replies WHEN OLD.public BEGIN
    UPDATE works SET replies = replies - 1 WHERE id = OLD.work_id;
END;

-- What arrived and was answered 202. A row stays for a while after it took effect, so that a copy is known as one.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY,
    actor_uri TEXT NOT NULL,
    activity_uri TEXT NOT NULL,
    body BLOB,
    asks INTEGER NOT NULL, -- whether another server must be asked before it can take effect
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    UNIQUE (actor_uri, activity_uri)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX inbox_asking ON inbox (actor_uri, id) WHERE state = 'waiting' AND asks;
CREATE INDEX inbox_received ON inbox (received_at);

-- What this server says. `subject_uri` is what it is about: deliveries about one subject keep their order.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    type TEXT NOT NULL,
    subject_uri TEXT NOT NULL,
    public INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activities_subject ON activities (subject_uri);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    inbox_url TEXT NOT NULL,
    host TEXT NOT NULL,
    subject_uri TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'refused', 'given-up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    finished_at INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    UNIQUE (activity_id, inbox_url)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (inbox_url, subject_uri, id) WHERE state = 'waiting';
CREATE INDEX deliveries_host ON deliveries (host, state);
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- What was learned about another server: the signatures it reads, and whether it answers.
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    scheme TEXT CHECK (scheme IN ('cavage', 'rfc9421')),
    scheme_learned_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    closed_until INTEGER
) STRICT, WITHOUT ROWID;

-- Activities of types that nothing is done about, counted.
CREATE TABLE ignored (
    type TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rises with every change that a page or a document may show; rendered answers are kept as long as it stands.
CREATE TABLE shown (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO shown VALUES (1, 1);

CREATE TRIGGER artisans_inserted AFTER INSERT ON artisans BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER artisans_updated AFTER UPDATE ON artisans BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER keys_inserted AFTER INSERT ON keys BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER keys_updated AFTER UPDATE ON keys BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER works_inserted AFTER INSERT ON works BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER works_updated AFTER UPDATE ON works BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER followers_inserted AFTER INSERT ON followers BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER followers_deleted AFTER DELETE ON followers BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER following_inserted AFTER INSERT ON following BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER following_updated AFTER UPDATE ON following BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER following_deleted AFTER DELETE ON following BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER replies_updated AFTER UPDATE ON replies BEGIN UPDATE shown SET version = version + 1; END;
