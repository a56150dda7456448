-- A photograph stands by itself now: given first, placed in a work or on a profile later, and shown by as many pictures
-- as were made of it.

CREATE TABLE photographs (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    work_id INTEGER REFERENCES works (id) ON DELETE CASCADE, -- NULL until it is placed, and for an artisan's own
    position INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '', -- of the file as it was given
    original TEXT, -- the untouched upload; NULL where it was not kept
    original_bytes INTEGER NOT NULL DEFAULT 0,
    width_px INTEGER NOT NULL DEFAULT 0,
    height_px INTEGER NOT NULL DEFAULT 0,
    blurhash TEXT NOT NULL DEFAULT '',
    tone TEXT NOT NULL DEFAULT '#808080',
    facts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(facts)),
    remarks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(remarks)),
    recipe TEXT NOT NULL DEFAULT '', -- by which its pictures were made; empty where there are none yet
    refusal TEXT, -- why nothing could be made of it
    alts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(alts)),
    captions TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(captions)),
    focal_x REAL NOT NULL DEFAULT 0.0,
    focal_y REAL NOT NULL DEFAULT 0.0,
    label TEXT CHECK (label IN ('detail', 'in-use', 'in-progress')),
    shows_date INTEGER NOT NULL DEFAULT 0,
    shows_camera INTEGER NOT NULL DEFAULT 0,
    given_at INTEGER NOT NULL
) STRICT;
CREATE INDEX photographs_work ON photographs (work_id, position);
CREATE INDEX photographs_original ON photographs (original);
CREATE INDEX photographs_artisan ON photographs (artisan_id);

-- The public pictures made of a photograph; replaced all together or not at all.
CREATE TABLE renditions (
    photo_id INTEGER NOT NULL REFERENCES photographs (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('view', 'post', 'card', 'full')),
    type TEXT NOT NULL CHECK (type IN ('avif', 'webp', 'jpg', 'png')),
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (photo_id, role, type, width_px)
) STRICT, WITHOUT ROWID;
CREATE INDEX renditions_file ON renditions (file);

-- Photographs of which pictures are to be made, or made anew.
CREATE TABLE photo_jobs (
    photo_id INTEGER PRIMARY KEY REFERENCES photographs (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX photo_jobs_due ON photo_jobs (due_at, photo_id);

-- Pictures that were replaced: they stay for a while, for those who still know them by name.
CREATE TABLE former_pictures (
    photo_id INTEGER NOT NULL REFERENCES photographs (id) ON DELETE CASCADE,
    file TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (photo_id, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_pictures_file ON former_pictures (file);

-- Other people's portraits that our pages show: small copies of our own, under a quota.
CREATE TABLE avatars (
    actor_id INTEGER PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    source_url TEXT NOT NULL, -- where it was asked for
    file TEXT, -- our copy; NULL where there is none yet, none could be made, or there was no room
    size_bytes INTEGER NOT NULL DEFAULT 0,
    fetched_at INTEGER NOT NULL, -- when it was asked for, or given up for want of room
    shown_at INTEGER NOT NULL -- when it was last found below a work
) STRICT;
CREATE INDEX avatars_shown ON avatars (shown_at);
CREATE INDEX avatars_file ON avatars (file);

-- On which terms photographs are shown: an artisan's usual ones, and in what a work differs (NULL is as usual).
ALTER TABLE artisans ADD COLUMN licence TEXT NOT NULL DEFAULT 'all-rights-reserved';
ALTER TABLE artisans ADD COLUMN full_size INTEGER NOT NULL DEFAULT 1;
ALTER TABLE artisans ADD COLUMN ai_refused INTEGER NOT NULL DEFAULT 1;
ALTER TABLE artisans ADD COLUMN watermark TEXT CHECK (watermark IS NULL OR json_valid(watermark));
ALTER TABLE artisans ADD COLUMN icon_id INTEGER REFERENCES photographs (id);
ALTER TABLE artisans ADD COLUMN image_id INTEGER REFERENCES photographs (id);
CREATE INDEX artisans_icon ON artisans (icon_id);
CREATE INDEX artisans_image ON artisans (image_id);
ALTER TABLE works ADD COLUMN licence TEXT;
ALTER TABLE works ADD COLUMN full_size INTEGER;
ALTER TABLE works ADD COLUMN ai_refused INTEGER;
ALTER TABLE works ADD COLUMN watermarked INTEGER NOT NULL DEFAULT 1;
-- Whether the picture that travels has changed since other servers were told of the work.
ALTER TABLE works ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;

-- What there was: the large JPEG travels, both are shown, and everything is made anew when the server starts.
INSERT INTO photographs (uid, artisan_id, work_id, position, original, width_px, height_px, blurhash, alts, focal_x,
    focal_y, recipe, given_at)
SELECT lower(hex(randomblob(13))), works.artisan_id, photos.work_id, photos.position, photos.original, photos.width_px,
    photos.height_px, photos.blurhash,
    CASE photos.alt WHEN '' THEN '{}' ELSE json_object(works.language, photos.alt) END,
    photos.focal_x, photos.focal_y, 'before', works.published_at
FROM photos JOIN works ON works.id = photos.work_id;

INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
SELECT photographs.id, 'post', 'jpg', photos.width_px, photos.height_px, 0, photos.file
FROM photos JOIN photographs ON photographs.work_id = photos.work_id AND photographs.position = photos.position;
INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
SELECT photographs.id, 'view', 'jpg', photos.width_px, photos.height_px, 0, photos.file
FROM photos JOIN photographs ON photographs.work_id = photos.work_id AND photographs.position = photos.position;
INSERT OR IGNORE INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
SELECT photographs.id, 'view', 'jpg', photos.thumbnail_width_px, photos.thumbnail_height_px, 0, photos.thumbnail
FROM photos JOIN photographs ON photographs.work_id = photos.work_id AND photographs.position = photos.position;

-- Of the artisans' own pictures the originals are not known: they stay as they are. Positions -1 and -2 tell them apart
-- until they are placed.
INSERT INTO photographs (uid, artisan_id, position, width_px, height_px, alts, recipe, given_at)
SELECT lower(hex(randomblob(13))), id, -1, json_extract(icon, '$.width_px'), json_extract(icon, '$.height_px'),
    CASE json_extract(icon, '$.alt') WHEN '' THEN '{}' ELSE json_object(language, json_extract(icon, '$.alt')) END,
    'before', updated_at
FROM artisans WHERE icon IS NOT NULL;
INSERT INTO photographs (uid, artisan_id, position, width_px, height_px, alts, recipe, given_at)
SELECT lower(hex(randomblob(13))), id, -2, json_extract(image, '$.width_px'), json_extract(image, '$.height_px'),
    CASE json_extract(image, '$.alt') WHEN '' THEN '{}' ELSE json_object(language, json_extract(image, '$.alt')) END,
    'before', updated_at
FROM artisans WHERE image IS NOT NULL;
INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
SELECT photographs.id, role, 'jpg', photographs.width_px, photographs.height_px, 0,
    json_extract(CASE position WHEN -1 THEN icon ELSE image END, '$.file')
FROM photographs JOIN artisans ON artisans.id = photographs.artisan_id, (SELECT 'post' AS role UNION SELECT 'view')
WHERE position < 0;
UPDATE artisans SET
    icon_id = (SELECT id FROM photographs WHERE artisan_id = artisans.id AND position = -1),
    image_id = (SELECT id FROM photographs WHERE artisan_id = artisans.id AND position = -2);
UPDATE photographs SET position = 0 WHERE position < 0;

INSERT INTO photo_jobs (photo_id, due_at) SELECT id, 0 FROM photographs WHERE original IS NOT NULL;

DROP TABLE photos;
ALTER TABLE photographs RENAME TO photos;
ALTER TABLE artisans DROP COLUMN icon;
ALTER TABLE artisans DROP COLUMN image;

CREATE TRIGGER photos_updated AFTER UPDATE ON photos BEGIN UPDATE shown SET version = version + 1; END;
CREATE TRIGGER avatars_updated AFTER UPDATE OF file ON avatars WHEN NEW.file IS NOT OLD.file BEGIN
    UPDATE shown SET version = version + 1;
END;

-- Replies are shown with the names of those who wrote them.
ALTER TABLE replies ADD COLUMN language TEXT;
CREATE INDEX replies_shown ON replies (actor_id, work_id) WHERE public AND approved;
CREATE VIEW repliers AS
SELECT DISTINCT actor_id FROM replies JOIN works ON works.id = work_id
WHERE public AND approved AND withdrawn_at IS NULL;
CREATE TRIGGER actors_updated AFTER UPDATE OF name, username, icon_url ON actors
WHEN (NEW.name, NEW.username, NEW.icon_url) IS NOT (OLD.name, OLD.username, OLD.icon_url)
    AND EXISTS (SELECT 1 FROM replies WHERE actor_id = NEW.id AND public AND approved)
BEGIN
    UPDATE shown SET version = version + 1;
END;
CREATE TRIGGER actors_without_icon AFTER UPDATE OF icon_url ON actors WHEN NEW.icon_url IS NULL BEGIN
    DELETE FROM avatars WHERE actor_id = NEW.id;
END;

-- Photographs that are artisans' own: portraits and headers.
CREATE VIEW own_photos AS
SELECT icon_id AS photo_id FROM artisans WHERE icon_id IS NOT NULL
UNION SELECT image_id FROM artisans WHERE image_id IS NOT NULL;

-- A photograph with its pictures as one value, so that a list of works is one statement.
CREATE VIEW photo_values AS
SELECT id, work_id, position, json_array(
    uid, original, width_px, height_px, blurhash, tone, json(facts), json(remarks), json(alts), json(captions),
    focal_x, focal_y, label, shows_date, shows_camera,
    (SELECT json_group_array(json_array(role, type, width_px, height_px, size_bytes, file))
     FROM renditions WHERE photo_id = photos.id)
) AS value FROM photos;
