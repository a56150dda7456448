-- Who sees a work, which of several it is, and when its followers were told.

ALTER TABLE works ADD COLUMN audience TEXT NOT NULL DEFAULT 'everyone'
    CHECK (audience IN ('everyone', 'unlisted', 'followers', 'web', 'fediverse'));
ALTER TABLE works ADD COLUMN edition_number INTEGER;
ALTER TABLE works ADD COLUMN edition_size INTEGER;
-- NULL where they were not: it got a past date, or is not sent.
ALTER TABLE works ADD COLUMN told_at INTEGER;
UPDATE works SET told_at = published_at;

-- What follows from the audience, said here once for all statements, and in domain/works.py for all else:
-- whether it stands in lists that people see, in those that other servers read; whether its page opens; whether other
-- servers are told. A work that was withdrawn is nowhere.
ALTER TABLE works ADD COLUMN listed INTEGER
    GENERATED ALWAYS AS (withdrawn_at IS NULL AND audience IN ('everyone', 'web')) VIRTUAL;
ALTER TABLE works ADD COLUMN collected INTEGER
    GENERATED ALWAYS AS (withdrawn_at IS NULL AND audience IN ('everyone', 'fediverse')) VIRTUAL;
ALTER TABLE works ADD COLUMN opens INTEGER
    GENERATED ALWAYS AS (withdrawn_at IS NULL AND audience != 'followers') VIRTUAL;
ALTER TABLE works ADD COLUMN sent INTEGER
    GENERATED ALWAYS AS (withdrawn_at IS NULL AND audience != 'web') VIRTUAL;

-- Read backwards they give the newest first, and of the same moment the one that was stored last.
DROP INDEX works_shown;
CREATE INDEX works_own ON works (artisan_id, published_at) WHERE withdrawn_at IS NULL;
CREATE INDEX works_listed ON works (artisan_id, published_at) WHERE listed;
CREATE INDEX works_collected ON works (artisan_id, published_at) WHERE collected;
CREATE INDEX works_newest ON works (published_at) WHERE listed;
DROP INDEX works_by_hand;
CREATE INDEX works_by_hand ON works (artisan_id, position, published_at DESC, id DESC) WHERE listed;
DROP INDEX works_series;
CREATE INDEX works_series ON works (series_id, published_at);
-- All that works are filtered and put in order by, without their long texts.
DROP INDEX works_found;
CREATE INDEX works_found ON works (artisan_id, series_id, availability, year, position, published_at) WHERE listed;

DROP VIEW repliers;
CREATE VIEW repliers AS
SELECT DISTINCT actor_id FROM replies JOIN works ON works.id = work_id WHERE public AND approved AND opens;

-- Only what is listed is found by its words and materials.
DROP VIEW work_words;
CREATE VIEW work_words AS
SELECT id,
    (SELECT group_concat(said, ' ') FROM (
        SELECT works.title AS said UNION ALL SELECT json_extract(value, '$.title') FROM json_each(works.others))) AS title,
    (SELECT group_concat(said, ' ') FROM (
        SELECT value AS said FROM json_each(works.materials) UNION ALL SELECT value FROM json_each(works.techniques)
        UNION ALL SELECT atom FROM json_tree(works.others) WHERE path LIKE '%.materials' OR path LIKE '%.techniques'
        UNION ALL SELECT name FROM tags WHERE work_id = works.id
        UNION ALL SELECT name FROM series WHERE series.id = works.series_id
        UNION ALL SELECT json_extract(named.value, '$.name') FROM series, json_each(series.others) AS named
            WHERE series.id = works.series_id
        UNION ALL SELECT name FROM artisans WHERE artisans.id = works.artisan_id
        UNION ALL SELECT works.year)) AS facts,
    (SELECT group_concat(said, ' ') FROM (
        SELECT works.text AS said UNION ALL SELECT json_extract(value, '$.text') FROM json_each(works.others)
        UNION ALL SELECT atom FROM photos, json_each(photos.alts) WHERE work_id = works.id
        UNION ALL SELECT atom FROM photos, json_each(photos.captions) WHERE work_id = works.id)) AS text
FROM works WHERE listed;

DROP VIEW work_materials;
CREATE VIEW work_materials AS
SELECT works.id AS work_id, works.language, own.key AS position, own.value AS name
FROM works, json_each(works.materials) AS own WHERE listed
UNION ALL
SELECT works.id, said.key, other.key, other.value
FROM works, json_each(works.others) AS said, json_each(said.value, '$.materials') AS other WHERE listed;

DROP TRIGGER works_updated_read;
CREATE TRIGGER works_updated_read
AFTER UPDATE OF title, text, language, materials, techniques, others, year, artisan_id, series_id, audience, withdrawn_at
ON works WHEN NEW.listed BEGIN
    INSERT INTO to_read VALUES (NEW.id);
END;
-- What a work said that is not listed any more leaves the index as well, which would keep its words until it is next
-- tidied up.
DROP TRIGGER works_withdrawn_unread;
CREATE TRIGGER works_unlisted_unread AFTER UPDATE OF audience, withdrawn_at ON works WHEN OLD.listed AND NOT NEW.listed
BEGIN
    INSERT INTO to_read VALUES (NEW.id);
    INSERT INTO words (words) VALUES ('optimize');
END;
