-- A browser that lost the answer to an upload sends it again with the same key, and is told of the same photograph.
ALTER TABLE photos ADD COLUMN key TEXT;
CREATE UNIQUE INDEX photos_key ON photos (artisan_id, key) WHERE key IS NOT NULL;
