-- What is counted for the artisan, and what she set in the studio. Days are numbered since 1970, in UTC.

-- How often people opened each page. Of those people nothing is kept: no address, no program, no mark to know them by.
CREATE TABLE views (
    day INTEGER NOT NULL,
    path TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, path)
) STRICT, WITHOUT ROWID;

-- How many followers came and went.
CREATE TABLE follower_days (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    day INTEGER NOT NULL,
    gained INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (artisan_id, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER followers_gained AFTER INSERT ON followers BEGIN
    INSERT INTO follower_days (artisan_id, day, gained) VALUES (NEW.artisan_id, NEW.followed_at / 86400000, 1)
    ON CONFLICT (artisan_id, day) DO UPDATE SET gained = gained + 1;
END;
CREATE TRIGGER followers_lost AFTER DELETE ON followers BEGIN
    INSERT INTO follower_days (artisan_id, day, lost) VALUES (OLD.artisan_id, unixepoch() / 86400, 1)
    ON CONFLICT (artisan_id, day) DO UPDATE SET lost = lost + 1;
END;

-- Who came before this was counted; who also went before, nobody knows.
INSERT INTO follower_days (artisan_id, day, gained)
SELECT artisan_id, followed_at / 86400000, count(*) FROM followers GROUP BY 1, 2;

-- What was set in the studio for the whole house, in the place of what the configuration file says.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

-- In which language the studio speaks to her; NULL is as her browser asks.
ALTER TABLE artisans ADD COLUMN studio_language TEXT;

-- When copies of the data folder were made, and by what.
CREATE TABLE copies (
    made_at INTEGER PRIMARY KEY,
    made_by TEXT NOT NULL CHECK (made_by IN ('hand', 'command'))
) STRICT;
