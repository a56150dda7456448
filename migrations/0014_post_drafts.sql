-- What an artisan is writing besides her works. It is said when its photographs are made; then it remembers what it
-- became, so that a second press of the button leads to the same post.
CREATE TABLE post_drafts (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE, -- of which it is the revision; NULL for a new one
    fields TEXT NOT NULL CHECK (json_valid(fields)), -- as they were typed
    mentions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(mentions)), -- whom they name, as it was found out
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'published')),
    trouble TEXT, -- why it could not be said after all
    published_id INTEGER REFERENCES posts (id) ON DELETE CASCADE, -- what it became
    saved_at INTEGER NOT NULL,
    CHECK ((state = 'published') = (published_id IS NOT NULL))
) STRICT;
CREATE INDEX post_drafts_open ON post_drafts (artisan_id, saved_at) WHERE state <> 'published';
CREATE INDEX post_drafts_waiting ON post_drafts (id) WHERE state = 'waiting';
CREATE INDEX post_drafts_done ON post_drafts (saved_at) WHERE state = 'published';
CREATE INDEX post_drafts_post ON post_drafts (post_id);
CREATE INDEX post_drafts_published ON post_drafts (published_id);

CREATE TABLE post_draft_photos (
    draft_id INTEGER NOT NULL REFERENCES post_drafts (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    alt TEXT NOT NULL DEFAULT '', -- as it was typed
    PRIMARY KEY (draft_id, photo_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_draft_photos_photo ON post_draft_photos (photo_id);
