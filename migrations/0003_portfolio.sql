-- The portfolio: texts in several languages, series with words of their own, pages, order by hand, and how it all looks.

-- What is said in further languages, by the language's code.
ALTER TABLE works ADD COLUMN others TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(others));
ALTER TABLE works ADD COLUMN position INTEGER; -- the place that the artisan gave it by hand
CREATE INDEX works_by_hand ON works (artisan_id, position, id DESC) WHERE withdrawn_at IS NULL;

ALTER TABLE series ADD COLUMN text TEXT NOT NULL DEFAULT '';
ALTER TABLE series ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE series ADD COLUMN others TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(others));
UPDATE series SET language = coalesce(
    (SELECT language FROM works WHERE series_id = series.id ORDER BY id LIMIT 1),
    (SELECT language FROM artisans WHERE id = artisan_id));

ALTER TABLE artisans ADD COLUMN summaries TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summaries));
ALTER TABLE artisans ADD COLUMN crafts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(crafts));
ALTER TABLE artisans ADD COLUMN places TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(places));
ALTER TABLE artisans ADD COLUMN commissions TEXT CHECK (commissions IN ('open', 'waiting-list', 'closed'));
ALTER TABLE artisans ADD COLUMN commissions_notes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(commissions_notes));
ALTER TABLE artisans ADD COLUMN links TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(links));
ALTER TABLE artisans ADD COLUMN appearance TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(appearance));

CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    others TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(others)),
    place TEXT NOT NULL CHECK (place IN ('menu', 'footer', 'nowhere')), -- from where every page leads to it
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pages_menu ON pages (artisan_id, position, id);

CREATE TRIGGER series_updated AFTER UPDATE ON series BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER pages_inserted AFTER INSERT ON pages BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER pages_updated AFTER UPDATE ON pages BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER pages_deleted AFTER DELETE ON pages BEGIN UPDATE shown SET version = version + 1; END;

-- What works are found by. The triggers below keep both tables right, whatever is written, and by whom.

-- Each material as it was written, in every language of the work.
CREATE TABLE materials (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (work_id, language, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX materials_name ON materials (name);

-- All words that are said of a work, in every language. The prefixes are for the word that is still being typed.
CREATE VIRTUAL TABLE words USING fts5 (title, facts, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

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
FROM works WHERE withdrawn_at IS NULL;

CREATE VIEW work_materials AS
SELECT works.id AS work_id, works.language, own.key AS position, own.value AS name
FROM works, json_each(works.materials) AS own WHERE withdrawn_at IS NULL
UNION ALL
SELECT works.id, said.key, other.key, other.value
FROM works, json_each(works.others) AS said, json_each(said.value, '$.materials') AS other WHERE withdrawn_at IS NULL;

-- A work put into this view is read anew. Some letters are written as one or as two; words have the two.
CREATE VIEW to_read AS SELECT id FROM works;
CREATE TRIGGER works_read INSTEAD OF INSERT ON to_read BEGIN
    DELETE FROM materials WHERE work_id = NEW.id;
    INSERT INTO materials (work_id, language, position, name)
    SELECT work_id, language, position, name FROM work_materials WHERE work_id = NEW.id;
    DELETE FROM words WHERE rowid = NEW.id;
    INSERT INTO words (rowid, title, facts, text)
    SELECT id,
        replace(replace(replace(replace(replace(replace(
            title, 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss'), 'ẞ', 'SS'),
        replace(replace(replace(replace(replace(replace(
            facts, 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss'), 'ẞ', 'SS'),
        replace(replace(replace(replace(replace(replace(
            text, 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss'), 'ẞ', 'SS')
    FROM work_words WHERE id = NEW.id;
END;

CREATE TRIGGER works_inserted_read AFTER INSERT ON works BEGIN INSERT INTO to_read VALUES (NEW.id); END;
CREATE TRIGGER works_updated_read
AFTER UPDATE OF title, text, language, materials, techniques, others, year, artisan_id, series_id, withdrawn_at ON works
WHEN NEW.withdrawn_at IS NULL BEGIN
    INSERT INTO to_read VALUES (NEW.id);
END;
-- What a withdrawn work said leaves the index as well, which would keep its words until it is next tidied up.
CREATE TRIGGER works_withdrawn_unread AFTER UPDATE OF withdrawn_at ON works WHEN NEW.withdrawn_at IS NOT NULL BEGIN
    INSERT INTO to_read VALUES (NEW.id);
    INSERT INTO words (words) VALUES ('optimize');
END;
CREATE TRIGGER works_deleted_unread AFTER DELETE ON works BEGIN DELETE FROM words WHERE rowid = OLD.id; END;
CREATE TRIGGER tags_inserted_read AFTER INSERT ON tags BEGIN INSERT INTO to_read VALUES (NEW.work_id); END;
CREATE TRIGGER tags_updated_read AFTER UPDATE ON tags BEGIN INSERT INTO to_read VALUES (NEW.work_id); END;
CREATE TRIGGER tags_deleted_read AFTER DELETE ON tags BEGIN INSERT INTO to_read VALUES (OLD.work_id); END;
CREATE TRIGGER photos_inserted_read AFTER INSERT ON photos WHEN NEW.work_id IS NOT NULL BEGIN
    INSERT INTO to_read VALUES (NEW.work_id);
END;
CREATE TRIGGER photos_updated_read AFTER UPDATE OF work_id, alts, captions ON photos
WHEN (NEW.work_id, NEW.alts, NEW.captions) IS NOT (OLD.work_id, OLD.alts, OLD.captions) BEGIN
    INSERT INTO to_read SELECT id FROM works WHERE id IN (OLD.work_id, NEW.work_id);
END;
CREATE TRIGGER photos_deleted_read AFTER DELETE ON photos WHEN OLD.work_id IS NOT NULL BEGIN
    INSERT INTO to_read VALUES (OLD.work_id);
END;
CREATE TRIGGER series_updated_read AFTER UPDATE OF name, others ON series BEGIN
    INSERT INTO to_read SELECT id FROM works WHERE series_id = NEW.id;
END;
CREATE TRIGGER artisans_updated_read AFTER UPDATE OF name ON artisans WHEN NEW.name IS NOT OLD.name BEGIN
    INSERT INTO to_read SELECT id FROM works WHERE artisan_id = NEW.id;
END;

INSERT INTO to_read SELECT id FROM works;
-- All that works are filtered and put in order by, without their long texts.
CREATE INDEX works_found ON works (artisan_id, series_id, availability, year, position) WHERE withdrawn_at IS NULL;
CREATE INDEX works_series ON works (series_id);
