-- The studio: what an artisan changes of her site.

-- Portraits and headers that were given and are still being made; each takes its place when it is.
CREATE TABLE wanted_photos (
    photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    place TEXT NOT NULL CHECK (place IN ('portrait', 'header')),
    UNIQUE (artisan_id, place)
) STRICT;
DROP VIEW own_photos;
CREATE VIEW own_photos AS
SELECT icon_id AS photo_id FROM artisans WHERE icon_id IS NOT NULL
UNION SELECT image_id FROM artisans WHERE image_id IS NOT NULL
UNION SELECT photo_id FROM wanted_photos;

-- Whether the pages that an artisan links to link back, as they were last asked.
CREATE TABLE link_checks (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('back', 'not-yet', 'silent')),
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (artisan_id, url)
) STRICT, WITHOUT ROWID;

-- What an artisan has ticked off of the list with which she begins; 'all' where she wants to see it no more.
CREATE TABLE ticked (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    item TEXT NOT NULL,
    PRIMARY KEY (artisan_id, item)
) STRICT, WITHOUT ROWID;
