-- Moving here and away, and followers that two servers compare.

-- Accounts elsewhere of which an artisan says that they are hers as well: from there she may bring her followers here.
CREATE TABLE own_accounts (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    uri TEXT NOT NULL,
    handle TEXT NOT NULL,
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    leads_here INTEGER NOT NULL, -- whether it said that it has moved to her, when it was last looked at
    looked_at INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, uri)
) STRICT, WITHOUT ROWID;

-- Where an artisan has moved; the newest counts, until it is taken back.
CREATE TABLE own_moves (
    id INTEGER PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    uri TEXT NOT NULL,
    handle TEXT NOT NULL,
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    followers INTEGER NOT NULL, -- how many there were when she moved
    moved_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX own_moves_artisan ON own_moves (artisan_id, id);

CREATE TRIGGER own_accounts_inserted AFTER INSERT ON own_accounts BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER own_accounts_deleted AFTER DELETE ON own_accounts BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER own_moves_inserted AFTER INSERT ON own_moves BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER own_moves_updated AFTER UPDATE ON own_moves BEGIN UPDATE shown SET version = version + 1; END;

-- When an actor elsewhere last moved: nobody is followed around from day to day.
ALTER TABLE actors ADD COLUMN moved_at INTEGER;

-- Whether a delivery says which of the followers there are the artisan's, because it is for followers alone (FEP-8fcf).
ALTER TABLE activities ADD COLUMN for_followers INTEGER NOT NULL DEFAULT 0;
