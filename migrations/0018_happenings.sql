-- As in 0008, with what happens to an artisan's own posts, and what is quoted of hers; what is written to her alone is
-- told apart from what names her where others read it. What is held back has not happened yet.
DROP VIEW happenings;
DROP VIEW happenings_newest;

-- The columns have the same affinity in each part, so that what is asked of the whole is asked of the parts' indexes.
CREATE VIEW happenings AS
SELECT artisan_id, 'like' AS kind, work_id, actor_id, received_at AS happened_at
FROM reactions JOIN works ON works.id = work_id WHERE type = 'Like' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'boost', work_id, actor_id, received_at
FROM reactions JOIN works ON works.id = work_id WHERE type = 'Announce' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'reply', work_id, actor_id, received_at
FROM replies JOIN works ON works.id = work_id WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'mention', CAST(NULL AS INTEGER), actor_id, received_at FROM mentions
WHERE visibility <> 'direct'
UNION ALL SELECT artisan_id, 'message', CAST(NULL AS INTEGER), actor_id, received_at FROM mentions
WHERE visibility = 'direct'
UNION ALL SELECT own.artisan_id, 'answer', CAST(NULL AS INTEGER), answers.actor_id, answers.received_at
FROM posts AS answers JOIN posts AS own ON own.id = answers.journal_id
WHERE answers.actor_id IS NOT NULL AND answers.held IS NULL AND own.withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'post-like', CAST(NULL AS INTEGER), post_reactions.actor_id, post_reactions.received_at
FROM post_reactions JOIN posts ON posts.id = post_id WHERE post_reactions.type = 'Like' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'post-boost', CAST(NULL AS INTEGER), post_reactions.actor_id, post_reactions.received_at
FROM post_reactions JOIN posts ON posts.id = post_id WHERE post_reactions.type = 'Announce' AND withdrawn_at IS NULL
UNION ALL SELECT artisan_id, 'quote', CAST(NULL AS INTEGER), actor_id, granted_at FROM quotes WHERE revoked_at IS NULL
UNION ALL SELECT artisan_id, 'request', CAST(NULL AS INTEGER), actor_id, asked_at FROM follow_requests
UNION ALL SELECT artisan_id, 'follow', CAST(NULL AS INTEGER), actor_id, asked_at FROM followers
UNION ALL SELECT artisan_id, 'move', CAST(NULL AS INTEGER), actor_id, moved_at FROM moves;

-- When something of each kind last happened to each work, and to the artisan: one step into an index for each, however
-- much there is of it.
CREATE VIEW happenings_newest AS
SELECT artisan_id, id AS work_id, 'like' AS kind,
    (SELECT max(received_at) FROM reactions WHERE work_id = works.id AND type = 'Like') AS newest_at
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, id, 'boost',
    (SELECT max(received_at) FROM reactions WHERE work_id = works.id AND type = 'Announce')
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT artisan_id, id, 'reply', (SELECT max(received_at) FROM replies WHERE work_id = works.id)
FROM works WHERE withdrawn_at IS NULL
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'mention',
    (SELECT received_at FROM mentions
     WHERE artisan_id = artisans.id AND visibility <> 'direct'
     ORDER BY received_at DESC LIMIT 1)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'message',
    (SELECT received_at FROM mentions
     WHERE artisan_id = artisans.id AND visibility = 'direct'
     ORDER BY received_at DESC LIMIT 1)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'answer',
    (SELECT max(answers.received_at) FROM posts AS own JOIN posts AS answers ON answers.journal_id = own.id
     WHERE own.artisan_id = artisans.id AND own.withdrawn_at IS NULL AND answers.actor_id IS NOT NULL
         AND answers.held IS NULL)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'post-like',
    (SELECT max(post_reactions.received_at) FROM posts JOIN post_reactions ON post_id = posts.id
     WHERE artisan_id = artisans.id AND withdrawn_at IS NULL AND post_reactions.type = 'Like')
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'post-boost',
    (SELECT max(post_reactions.received_at) FROM posts JOIN post_reactions ON post_id = posts.id
     WHERE artisan_id = artisans.id AND withdrawn_at IS NULL AND post_reactions.type = 'Announce')
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'quote',
    (SELECT max(granted_at) FROM quotes WHERE artisan_id = artisans.id AND revoked_at IS NULL)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'request',
    (SELECT max(asked_at) FROM follow_requests WHERE artisan_id = artisans.id)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'follow',
    (SELECT max(asked_at) FROM followers WHERE artisan_id = artisans.id)
FROM artisans
UNION ALL SELECT id, CAST(NULL AS INTEGER), 'move',
    (SELECT max(moved_at) FROM moves WHERE artisan_id = artisans.id)
FROM artisans;
