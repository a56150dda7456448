-- How artisans prove who they are. Moments are whole milliseconds since 1970 in UTC. Of what is secret, only hashes lie
-- here, but for the secret of the codes, which must be known to compute them: it is as private as the keys are.

CREATE TABLE passwords (
    artisan_id INTEGER PRIMARY KEY REFERENCES artisans (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    backed_up INTEGER NOT NULL, -- whether its maker keeps a copy, so that it outlives the device
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX passkeys_artisan ON passkeys (artisan_id, id);

-- Codes from an app. Until the first of them was given, they are being set up and are not asked for.
CREATE TABLE codes (
    artisan_id INTEGER PRIMARY KEY REFERENCES artisans (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    last_step INTEGER NOT NULL DEFAULT 0, -- that of the last code that was taken: none is taken twice
    begun_at INTEGER NOT NULL,
    confirmed_at INTEGER
) STRICT;

CREATE TABLE recovery_codes (
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (artisan_id, hash)
) STRICT, WITHOUT ROWID;

-- Links that let somebody in once, to choose how she comes in from then on.
CREATE TABLE invitations (
    hash BLOB PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'reset')),
    forgets_codes INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_artisan ON invitations (artisan_id, made_at);

-- Browsers on which an artisan came in before: strangers who try her name do not make them wait.
CREATE TABLE devices (
    hash BLOB PRIMARY KEY,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id) ON DELETE CASCADE,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_artisan ON devices (artisan_id, used_at);
