-- Who may answer and quote, until when, and whose answers appear at once; of a work NULL where it is as always.
ALTER TABLE artisans ADD COLUMN may_reply TEXT NOT NULL DEFAULT 'everybody'
    CHECK (may_reply IN ('everybody', 'known', 'nobody'));
ALTER TABLE artisans ADD COLUMN may_quote TEXT NOT NULL DEFAULT 'everybody'
    CHECK (may_quote IN ('everybody', 'followers', 'nobody'));
ALTER TABLE artisans ADD COLUMN close_after_days INTEGER NOT NULL DEFAULT 0; -- 0 is never
ALTER TABLE artisans ADD COLUMN welcome TEXT NOT NULL DEFAULT 'known'
    CHECK (welcome IN ('everybody', 'known', 'nobody'));
ALTER TABLE works ADD COLUMN may_reply TEXT CHECK (may_reply IN ('everybody', 'known', 'nobody'));
ALTER TABLE works ADD COLUMN may_quote TEXT CHECK (may_quote IN ('everybody', 'followers', 'nobody'));
ALTER TABLE works ADD COLUMN close_after_days INTEGER;
-- Whether its days are over. Written down when they are, so that pages and documents that are kept know of it.
ALTER TABLE works ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
-- With all that is asked of works that are still open, so that nobody reads their texts for it.
CREATE INDEX works_open ON works (artisan_id, close_after_days, published_at, told_at, uid, closed, withdrawn_at)
    WHERE NOT closed AND withdrawn_at IS NULL;

-- Who was permitted to quote what of an artisan here. A row outlives the permission, so that nobody gets it back by
-- asking again.
CREATE TABLE quotes (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE, -- of the permission
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    work_id INTEGER REFERENCES works (id) ON DELETE CASCADE, -- what is quoted, or
    post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    target_uri TEXT NOT NULL,
    instrument_uri TEXT NOT NULL, -- of the quoting post, byte for byte as it was given
    url TEXT, -- of its page
    granted_at INTEGER NOT NULL,
    revoked_at INTEGER,
    UNIQUE (instrument_uri, target_uri)
) STRICT;
CREATE INDEX quotes_actor ON quotes (actor_id);
CREATE INDEX quotes_work ON quotes (work_id);
CREATE INDEX quotes_post ON quotes (post_id);
CREATE INDEX quotes_newest ON quotes (artisan_id, granted_at) WHERE revoked_at IS NULL;
CREATE TRIGGER quotes_updated AFTER UPDATE ON quotes BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER quotes_deleted AFTER DELETE ON quotes BEGIN UPDATE shown SET version = version + 1; END;

-- What posts of ours quote of people elsewhere, as it was asked for.
CREATE TABLE quotations (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES actors (id) ON DELETE CASCADE, -- whom it quotes
    target_uri TEXT NOT NULL,
    request_uri TEXT NOT NULL UNIQUE,
    asked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quotations_actor ON quotations (actor_id);
