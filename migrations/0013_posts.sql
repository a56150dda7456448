-- All that anybody says here that is no work: what others answer, write to an artisan, or publish where she follows
-- them; and her own answers, messages, and the entries of her journal.
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    actor_id INTEGER REFERENCES actors (id) ON DELETE CASCADE, -- who wrote it elsewhere
    artisan_id INTEGER REFERENCES artisans (id), -- or who of us
    uid TEXT UNIQUE, -- of ours
    type TEXT NOT NULL DEFAULT 'Note',
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct', 'web')),
    in_reply_to TEXT,
    work_id INTEGER REFERENCES works (id) ON DELETE CASCADE, -- in whose conversation it stands
    journal_id INTEGER REFERENCES posts (id) ON DELETE CASCADE, -- or in that of which post of ours
    url TEXT, -- its page for people, elsewhere
    title TEXT NOT NULL DEFAULT '',
    content_html TEXT NOT NULL,
    source TEXT, -- of ours: as it was typed
    warning TEXT NOT NULL DEFAULT '', -- what stands in front of it
    sensitive INTEGER NOT NULL DEFAULT 0, -- whether its pictures are not for every moment
    language TEXT,
    pictures TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(pictures)), -- of others: where they stand, and what they show
    mentions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(mentions)),
    quote_uri TEXT, -- what it quotes
    approved INTEGER NOT NULL DEFAULT 0, -- whether it is shown below what it answers
    published_at INTEGER NOT NULL,
    updated_at INTEGER,
    received_at INTEGER NOT NULL DEFAULT 0, -- when its words came here as they are now
    edits INTEGER NOT NULL DEFAULT 0,
    withdrawn_at INTEGER, -- of ours: a tombstone stands in its place
    held TEXT CHECK (held IN ('silenced', 'word', 'spam', 'flood')), -- why it stands nowhere until she looks at it
    held_for TEXT NOT NULL DEFAULT '', -- the word or the server that decided
    settled INTEGER NOT NULL DEFAULT 0, -- whether she has said if it is to be shown; until then it waits for her
    featured INTEGER NOT NULL DEFAULT 0, -- of ours: whether it is shown first on other servers, as works are
    quotable TEXT CHECK (quotable IS NULL OR json_valid(quotable)), -- who may quote it (domain/policies.Quotable)
    quote_stamp_uri TEXT, -- of ours: the permission to quote what it quotes, once it is given
    public INTEGER GENERATED ALWAYS AS (visibility IN ('public', 'unlisted')) VIRTUAL,
    counted INTEGER GENERATED ALWAYS AS (
        visibility IN ('public', 'unlisted') AND withdrawn_at IS NULL AND held IS NULL) VIRTUAL,
    CHECK ((actor_id IS NULL) <> (artisan_id IS NULL)),
    CHECK ((artisan_id IS NULL) = (uid IS NULL))
) STRICT;
CREATE INDEX posts_answers ON posts (in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX posts_work ON posts (work_id, published_at) WHERE work_id IS NOT NULL;
CREATE INDEX posts_journal ON posts (journal_id, received_at) WHERE journal_id IS NOT NULL;
CREATE INDEX posts_actor ON posts (actor_id, published_at) WHERE actor_id IS NOT NULL;
CREATE INDEX posts_own ON posts (artisan_id, published_at) WHERE artisan_id IS NOT NULL;
CREATE INDEX posts_newest ON posts (work_id, received_at) WHERE work_id IS NOT NULL AND actor_id IS NOT NULL;
CREATE INDEX posts_shown ON posts (actor_id) WHERE approved AND actor_id IS NOT NULL;
CREATE INDEX posts_held ON posts (received_at) WHERE held IS NOT NULL;
CREATE INDEX posts_waiting_work ON posts (work_id, received_at)
    WHERE work_id IS NOT NULL AND actor_id IS NOT NULL AND NOT approved AND NOT settled;
CREATE INDEX posts_waiting_journal ON posts (journal_id, received_at)
    WHERE journal_id IS NOT NULL AND actor_id IS NOT NULL AND NOT approved AND NOT settled;
CREATE INDEX posts_featured ON posts (artisan_id) WHERE featured;
-- The journal: what is no answer, and for everybody.
CREATE INDEX posts_entries ON posts (artisan_id, published_at)
    WHERE artisan_id IS NOT NULL AND in_reply_to IS NULL AND visibility IN ('public', 'web') AND withdrawn_at IS NULL;
-- What those whom an artisan follows publish; and what is written to, or by, an artisan alone.
CREATE INDEX posts_timeline ON posts (published_at) WHERE actor_id IS NOT NULL AND visibility <> 'direct';
CREATE INDEX posts_direct ON posts (published_at) WHERE visibility = 'direct';
-- What is kept for how long follows the moment when it came.
CREATE INDEX posts_received ON posts (received_at) WHERE actor_id IS NOT NULL;
CREATE INDEX posts_quotes ON posts (quote_uri) WHERE quote_uri IS NOT NULL;

-- Whom of us a post of somebody else names, or is sent to before all others. Of what answers no work, the newest are
-- kept (storage/mentions).
CREATE TABLE addressed (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    received_at INTEGER NOT NULL, -- as of its post
    PRIMARY KEY (post_id, artisan_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX addressed_newest ON addressed (artisan_id, received_at);

-- What those whom an artisan follows show to their own followers.
CREATE TABLE shares (
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    activity_uri TEXT NOT NULL,
    shared_at INTEGER NOT NULL,
    PRIMARY KEY (actor_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_post ON shares (post_id);
CREATE INDEX shares_activity ON shares (activity_uri);
CREATE INDEX shares_newest ON shares (actor_id, shared_at);
CREATE INDEX shares_timeline ON shares (shared_at);

-- What others do with posts of ours, as `reactions` are with works.
CREATE TABLE post_reactions (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('Like', 'Announce')),
    activity_uri TEXT NOT NULL,
    content TEXT,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, actor_id, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_reactions_actor ON post_reactions (actor_id);
CREATE INDEX post_reactions_newest ON post_reactions (post_id, type, received_at);

-- What our artisans like and share of others.
CREATE TABLE own_reactions (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('Like', 'Announce')),
    activity_uri TEXT NOT NULL UNIQUE,
    reacted_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, post_id, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_reactions_post ON own_reactions (post_id);
CREATE INDEX own_reactions_newest ON own_reactions (artisan_id, type, reacted_at);

-- A photograph stands in one post, or elsewhere, never in both.
CREATE TABLE post_photos (
    photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
) STRICT;
CREATE INDEX post_photos_post ON post_photos (post_id, position);
CREATE TRIGGER post_photos_inserted AFTER INSERT ON post_photos BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER post_photos_updated AFTER UPDATE ON post_photos BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER post_photos_deleted AFTER DELETE ON post_photos BEGIN UPDATE shown SET version = version + 1; END;

CREATE TABLE post_tags (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    tag TEXT NOT NULL, -- case-folded, as it is looked for
    name TEXT NOT NULL, -- as it was written
    PRIMARY KEY (post_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_tags_tag ON post_tags (tag);

-- Photographs that stand somewhere other than in a work: nobody takes them for anything else.
CREATE VIEW placed_photos AS
SELECT photo_id FROM own_photos
UNION SELECT photo_id FROM post_photos;

-- What was kept so far. Of two kinds of the same words there was one row each; there is one post now.
INSERT INTO posts (id, uri, actor_id, visibility, in_reply_to, work_id, url, content_html, language, approved, settled,
    published_at, updated_at, received_at)
SELECT id, uri, actor_id, iif(public, 'public', 'direct'), nullif(in_reply_to, ''), work_id, url, content_html,
    language, approved, approved, published_at, updated_at, received_at
FROM replies;
INSERT INTO posts (uri, actor_id, visibility, url, content_html, language, published_at, updated_at, received_at)
SELECT uri, actor_id, iif(public, 'public', 'direct'), url, content_html, language, published_at, updated_at,
    received_at
FROM mentions WHERE TRUE ON CONFLICT (uri) DO NOTHING;
INSERT INTO addressed (post_id, artisan_id, received_at)
SELECT posts.id, mentions.artisan_id, mentions.received_at FROM mentions JOIN posts ON posts.uri = mentions.uri;
-- What was answered to an artisan alone she reads as what was written to her.
INSERT INTO addressed (post_id, artisan_id, received_at)
SELECT replies.id, works.artisan_id, received_at FROM replies JOIN works ON works.id = work_id
WHERE NOT replies.public ON CONFLICT DO NOTHING;

DROP VIEW repliers;
DROP TRIGGER actors_updated;
DROP TABLE replies;
DROP TABLE mentions;

-- What others answered in the conversation of a work, and what they wrote to an artisan otherwise.
CREATE VIEW replies AS
SELECT id, uri, work_id, actor_id, in_reply_to, url, content_html, warning, pictures, language, visibility, public,
    approved, settled, published_at, updated_at, received_at
FROM posts WHERE work_id IS NOT NULL AND actor_id IS NOT NULL AND held IS NULL;
CREATE VIEW mentions AS
SELECT posts.id, addressed.artisan_id, actor_id, uri, url, content_html, warning, pictures, language, visibility,
    public, settled, published_at, updated_at, addressed.received_at
FROM addressed CROSS JOIN posts ON posts.id = post_id WHERE work_id IS NULL AND journal_id IS NULL AND held IS NULL
    AND NOT EXISTS (SELECT 1 FROM unheard WHERE unheard.artisan_id = addressed.artisan_id
        AND unheard.actor_id = posts.actor_id);

-- Whose portraits stand beside their words where anybody can see them.
CREATE VIEW repliers AS
SELECT DISTINCT actor_id FROM replies JOIN works ON works.id = work_id WHERE public AND approved AND opens
UNION
SELECT actor_id FROM posts WHERE actor_id IS NOT NULL AND journal_id IS NOT NULL AND approved AND public;

-- The public ones count below a work, ours among them, until they are withdrawn or held back.
CREATE TRIGGER posts_counted AFTER INSERT ON posts WHEN NEW.work_id IS NOT NULL AND NEW.counted BEGIN
    UPDATE works SET replies = replies + 1 WHERE id = NEW.work_id;
END;
CREATE TRIGGER posts_uncounted AFTER DELETE ON posts WHEN OLD.work_id IS NOT NULL AND OLD.counted BEGIN
    UPDATE works SET replies = replies - 1 WHERE id = OLD.work_id;
END;
CREATE TRIGGER posts_recounted AFTER UPDATE OF work_id, visibility, held, withdrawn_at ON posts
WHEN (OLD.work_id, OLD.counted) IS NOT (NEW.work_id, NEW.counted) BEGIN
    UPDATE works SET replies = replies - OLD.counted WHERE id = OLD.work_id;
    UPDATE works SET replies = replies + NEW.counted WHERE id = NEW.work_id;
END;

-- Other words than those that she decided about are for the artisan to decide about again.
CREATE TRIGGER posts_unsettled AFTER UPDATE OF received_at ON posts
WHEN OLD.settled AND NEW.received_at <> OLD.received_at AND NOT NEW.approved BEGIN
    UPDATE posts SET settled = FALSE WHERE id = NEW.id;
END;

-- What visitors see: our own posts, and the conversations of ours. What comes from those whom we follow is not shown.
CREATE TRIGGER posts_inserted AFTER INSERT ON posts WHEN NEW.artisan_id IS NOT NULL OR NEW.journal_id IS NOT NULL BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER posts_updated AFTER UPDATE ON posts
WHEN NEW.artisan_id IS NOT NULL OR NEW.work_id IS NOT NULL OR NEW.journal_id IS NOT NULL BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER posts_deleted AFTER DELETE ON posts WHEN OLD.artisan_id IS NOT NULL OR OLD.journal_id IS NOT NULL BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER post_reactions_inserted AFTER INSERT ON post_reactions BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER post_reactions_deleted AFTER DELETE ON post_reactions BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER actors_updated AFTER UPDATE OF name, username, icon_url ON actors
WHEN (NEW.name, NEW.username, NEW.icon_url) IS NOT (OLD.name, OLD.username, OLD.icon_url)
    AND EXISTS (SELECT 1 FROM posts WHERE actor_id = NEW.id AND public AND approved)
BEGIN
    UPDATE shown SET version = version + 1;
END;
