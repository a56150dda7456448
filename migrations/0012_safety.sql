-- Who is kept out, what is held back, what others report, and what was done about it. `blocks` are those of others: who
-- does not want to hear from us.

-- Whom an artisan does not want to have anything to do with, or not to read for a while. `whom` is an actor's id, or
-- the handle of somebody who is not known here yet ("bob@host.example", in small letters).
CREATE TABLE own_blocks (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    whom TEXT NOT NULL,
    handle TEXT NOT NULL,
    block_uri TEXT, -- of the Block that her server was sent
    blocked_at INTEGER NOT NULL,
    UNIQUE (artisan_id, whom)
) STRICT;
CREATE INDEX own_blocks_whom ON own_blocks (whom);
CREATE TABLE own_mutes (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    whom TEXT NOT NULL,
    handle TEXT NOT NULL,
    until INTEGER, -- NULL is for good
    muted_at INTEGER NOT NULL,
    UNIQUE (artisan_id, whom)
) STRICT;

-- How the whole house treats servers: each domain with all that is below it.
CREATE TABLE servers (
    domain TEXT PRIMARY KEY,
    severity TEXT NOT NULL CHECK (severity IN ('allowed', 'silenced', 'blocked')),
    comment TEXT NOT NULL DEFAULT '',
    list_id INTEGER REFERENCES lists (id) ON DELETE SET NULL, -- which brought it; NULL where somebody here wrote it
    ruled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX servers_list ON servers (list_id) WHERE list_id IS NOT NULL;

-- Lists of others that are looked at again and again. What is found waits until somebody has looked at it.
CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    found TEXT CHECK (found IS NULL OR json_valid(found)), -- as it was last read: [domain, severity, comment], …
    found_at INTEGER,
    looked_at INTEGER, -- when it was last asked for
    trouble TEXT NOT NULL DEFAULT '', -- why it could not be read then
    applied_at INTEGER,
    added_at INTEGER NOT NULL
) STRICT;
-- What is in a list and was left out of the house's rules.
CREATE TABLE list_exceptions (
    list_id INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    PRIMARY KEY (list_id, domain)
) STRICT, WITHOUT ROWID;

-- A file that was given, until it is applied.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    kind TEXT NOT NULL CHECK (kind IN ('blocks', 'mutes', 'servers')),
    lines TEXT NOT NULL CHECK (json_valid(lines)), -- [number, what, severity or NULL, comment, why it is left out], …
    given_at INTEGER NOT NULL,
    applied_at INTEGER
) STRICT;

-- Words that an artisan does not want to read.
CREATE TABLE unwanted_words (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    phrase TEXT NOT NULL,
    whole INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('hide', 'warn')),
    added_at INTEGER NOT NULL,
    UNIQUE (artisan_id, phrase)
) STRICT;

-- What others report of us, and what we report of others.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id), -- of whom others report, or who reports
    incoming INTEGER NOT NULL,
    activity_uri TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL, -- from where, or where to
    about TEXT NOT NULL CHECK (json_valid(about)), -- the ids of what is reported, in their order
    words TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1, -- how often the same came
    received_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX reports_same ON reports (host, about, artisan_id) WHERE incoming AND settled_at IS NULL;
CREATE INDEX reports_newest ON reports (artisan_id, received_at);

-- What was decided, by whom and why; and when it was taken back.
CREATE TABLE moderation_log (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER REFERENCES artisans (id), -- NULL where the house did it by itself
    deed TEXT NOT NULL,
    subject TEXT NOT NULL, -- an id, a handle, a domain, a phrase
    called TEXT NOT NULL, -- as people read it
    why TEXT NOT NULL DEFAULT '',
    done_at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX moderation_log_newest ON moderation_log (done_at, id);
CREATE INDEX moderation_log_subject ON moderation_log (subject);

-- Rises with every change of a rule: what is kept of them in memory is as good as it stands.
CREATE TABLE rules (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO rules VALUES (1, 1);
CREATE TRIGGER own_blocks_inserted AFTER INSERT ON own_blocks BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER own_blocks_deleted AFTER DELETE ON own_blocks BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER own_mutes_inserted AFTER INSERT ON own_mutes BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER own_mutes_updated AFTER UPDATE ON own_mutes BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER own_mutes_deleted AFTER DELETE ON own_mutes BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER servers_inserted AFTER INSERT ON servers BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER servers_updated AFTER UPDATE OF severity ON servers BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER servers_deleted AFTER DELETE ON servers BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER words_inserted AFTER INSERT ON unwanted_words BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER words_updated AFTER UPDATE ON unwanted_words BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER words_deleted AFTER DELETE ON unwanted_words BEGIN UPDATE rules SET version = version + 1; END;
CREATE TRIGGER settings_inserted_rules AFTER INSERT ON settings WHEN NEW.name LIKE 'safety.%' BEGIN
    UPDATE rules SET version = version + 1;
END;
CREATE TRIGGER settings_updated_rules AFTER UPDATE ON settings WHEN NEW.name LIKE 'safety.%' BEGIN
    UPDATE rules SET version = version + 1;
END;
CREATE TRIGGER settings_deleted_rules AFTER DELETE ON settings WHEN OLD.name LIKE 'safety.%' BEGIN
    UPDATE rules SET version = version + 1;
END;

-- When somebody was first heard of here: spam comes from people whom nobody has heard of before.
ALTER TABLE actors ADD COLUMN first_seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE actors SET first_seen_at = fetched_at;
CREATE INDEX actors_host ON actors (host);

-- Whom an artisan does not want to read: what they wrote is left out of all that she reads.
-- Somebody who was not known here is named by her handle, and found by it once she is. A handle is written twice, so that
-- either side finds the other by an index.
CREATE VIEW unheard AS
SELECT artisan_id, actors.id AS actor_id FROM own_blocks JOIN actors ON actors.uri = whom
UNION ALL
SELECT artisan_id, actors.id FROM own_blocks JOIN actors ON whom = lower(username || '@' || host)
    AND username = substr(whom, 1, instr(whom, '@') - 1) COLLATE NOCASE AND host = substr(whom, instr(whom, '@') + 1)
UNION ALL
SELECT artisan_id, actors.id FROM own_mutes JOIN actors ON actors.uri = whom
WHERE until IS NULL OR until > unixepoch() * 1000
UNION ALL
SELECT artisan_id, actors.id FROM own_mutes JOIN actors ON whom = lower(username || '@' || host)
    AND username = substr(whom, 1, instr(whom, '@') - 1) COLLATE NOCASE AND host = substr(whom, instr(whom, '@') + 1)
WHERE until IS NULL OR until > unixepoch() * 1000;
