-- Works that are still being written, and revisions of published ones.

CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    work_id INTEGER REFERENCES works (id) ON DELETE CASCADE, -- of which it is the revision; NULL for a new work
    copy_of TEXT, -- the uid of the draft beside which it stands, because it was typed in a second tab
    fields TEXT NOT NULL CHECK (json_valid(fields)), -- as they were typed
    begun TEXT NOT NULL CHECK (json_valid(begun)), -- how the work read in the form when its revision was begun
    licence TEXT, -- what the fields say of the terms, for the photographs that stand nowhere else yet
    full_size INTEGER,
    ai_refused INTEGER,
    watermarked INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'published')),
    publish_at INTEGER,
    troubles TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(troubles)),
    published_id INTEGER REFERENCES works (id) ON DELETE CASCADE, -- what it became
    created_at INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    CHECK ((state = 'waiting') = (publish_at IS NOT NULL)),
    CHECK ((state = 'published') = (published_id IS NOT NULL))
) STRICT;
CREATE INDEX drafts_open ON drafts (artisan_id, saved_at) WHERE state <> 'published';
CREATE INDEX drafts_due ON drafts (publish_at) WHERE state = 'waiting';
CREATE INDEX drafts_done ON drafts (saved_at) WHERE state = 'published';
CREATE INDEX drafts_published ON drafts (published_id);
CREATE INDEX drafts_work ON drafts (work_id);
-- A work has one revision at a time, beside copies of it.
CREATE UNIQUE INDEX drafts_revision ON drafts (work_id) WHERE state <> 'published' AND copy_of IS NULL;

-- A photograph of a published work stands in its revision as well, and one may stand in a draft and in its copy.
CREATE TABLE draft_photos (
    draft_id INTEGER NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    words TEXT NOT NULL CHECK (json_valid(words)), -- as they were typed
    PRIMARY KEY (draft_id, photo_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_photos_photo ON draft_photos (photo_id);

-- Photographs for which whoever wants to publish has to wait: there is no picture of them yet, or only one on other terms
-- and the first try to make them anew is not over. One that is shown already, or was put off, holds up nobody.
CREATE VIEW pending_photos AS
SELECT id AS photo_id FROM photos
WHERE refusal IS NULL AND (
    recipe = '' OR (
        work_id IS NULL AND EXISTS (SELECT 1 FROM photo_jobs WHERE photo_id = photos.id AND attempts <= 1)));
