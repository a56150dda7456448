-- Messages that an artisan has read, or answered, before she has read all that happened until then. What is changed
-- after `read_at` is unread again.
CREATE TABLE messages_read (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    artisan_id INTEGER NOT NULL REFERENCES artisans (id),
    read_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, artisan_id)
) STRICT, WITHOUT ROWID;
