"""What was promised to the artisan in her studio, held against what is there; and what others got of it."""

import hashlib
from collections import Counter
from http import HTTPStatus

import aiohttp

from fedi_artisan.config import Config
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_one
from tests.faults.promises import Broken, Own, differing, lost, wrong
from tests.faults.town import Town

_NOT_FOR_ALL = "('Accept', 'Reject')"


async def note_owed(db: Database, town: Town) -> list[Broken]:
    """Note what the server has said to whom, as its own list has it; return whom it forgot.

    Whether each of these arrived is judged with all other promises.
    """
    sql = f"""
        SELECT activities.id, uri, type, activities.subject_uri, inbox_url FROM activities
        LEFT JOIN deliveries ON activity_id = activities.id WHERE type NOT IN {_NOT_FOR_ALL} ORDER BY activities.id
    """  # noqa: S608 - ours
    promises = town.promises
    promises.owed, promises.said = {}, {}
    kinds: dict[str, str] = {}
    async with db.read() as tx:
        for row in await fetch_all(tx, sql):
            inboxes = promises.owed.setdefault(row["uri"], set())
            if row["inbox_url"] is not None:
                inboxes.add(row["inbox_url"])
            said = promises.said.setdefault(row["subject_uri"], [])
            if row["uri"] not in said:
                said.append(row["uri"])
            kinds[row["uri"]] = row["type"]
        public = {row["uri"] for row in await fetch_all(tx, "SELECT uri FROM activities WHERE public")}
    steady = {one.document()["endpoints"].get("sharedInbox") or one.document()["inbox"] for one in town.steady}
    return [
        lost(f"{kinds[uri]} {uri} was not sent to followers: {steady - inboxes}")
        for uri, inboxes in promises.owed.items()
        if kinds[uri] == "Create" and uri in public and not inboxes >= steady
    ]


async def broken_to_her(db: Database, config: Config, own: Own) -> list[Broken]:
    """Return all promises to the artisan that were not kept."""
    async with db.read() as tx:
        return [
            *await _post_problems(tx, own),
            *await _work_problems(tx, own),
            *await _people_problems(tx, own),
            *await _photo_problems(tx, config, own),
        ]


async def _post_problems(tx: Tx, own: Own) -> list[Broken]:
    """What she said is there once as she said it last, and what she took back is not."""
    sql = "SELECT source, withdrawn_at IS NOT NULL AS gone FROM posts WHERE artisan_id IS NOT NULL"
    rows = await fetch_all(tx, sql)
    standing = Counter(row["source"] for row in rows if not row["gone"])
    return [
        *(
            differing(f"“{text}”", standing[text])
            for text, stands in own.posts.items()
            if stands and standing[text] != 1
        ),
        *(
            wrong(f"“{text}” was taken back and is there")
            for text, stands in own.posts.items()
            if not stands and standing[text]
        ),
        *(wrong(f"“{text}” is there, but was said otherwise since") for text in standing if text not in own.posts),
    ]


async def _work_problems(tx: Tx, own: Own) -> list[Broken]:
    """Her works are out once, what she withdrew is not, and what she has begun is kept."""
    rows = await fetch_all(tx, "SELECT title FROM works WHERE withdrawn_at IS NULL")
    standing = Counter(row["title"] for row in rows)
    problems = [
        *(
            differing(f"work {title}", standing[title])
            for title, stands in own.titles.items()
            if stands and standing[title] != 1
        ),
        *(
            wrong(f"work {title} was withdrawn and stands")
            for title, stands in own.titles.items()
            if not stands and standing[title]
        ),
        *(wrong(f"work {title} stands, and was never published") for title in standing if title not in own.titles),
    ]
    waiting = [row[0] for row in await fetch_all(tx, "SELECT fields FROM drafts WHERE state = 'waiting'")]
    problems += [lost(f"{title} does not wait") for title in own.scheduled if not any(title in one for one in waiting)]
    for at, title in own.drafts.items():
        row = await fetch_one(tx, "SELECT fields FROM drafts WHERE uid = ?", (at.rsplit("/", 1)[-1],))
        if row is None:
            problems.append(lost(f"draft {title} is gone"))
        elif title not in row["fields"]:
            problems.append(lost(f"draft {title} does not hold what was typed: {row['typed']}"))
    return problems


async def _people_problems(tx: Tx, own: Own) -> list[Broken]:
    """Whom she follows and whom she blocks, she does once."""
    problems = []
    for name, sql, promised in (
        ("following", "SELECT actors.uri FROM following JOIN actors ON actors.id = actor_id", own.followed),
        ("block of", "SELECT whom FROM own_blocks", own.blocked),
    ):
        found = Counter(row[0] for row in await fetch_all(tx, sql))
        problems += [differing(f"{name} {uri}", found[uri]) for uri in promised if found[uri] != 1]
        problems += [wrong(f"{name} {uri} was never promised") for uri in found if uri not in promised]
    asked = "SELECT json_extract(CAST(body AS TEXT), '$.object') FROM activities WHERE type = 'Follow'"
    told = Counter(row[0] for row in await fetch_all(tx, asked))
    return problems + [differing(f"Follow of {uri}", told[uri]) for uri in own.followed if told[uri] != 1]


async def _photo_problems(tx: Tx, config: Config, own: Own) -> list[Broken]:
    """Each photograph that she published shows all its pictures, and each is what its name says."""
    sql = """
        SELECT title, photos.original, refusal, file FROM works JOIN photos ON photos.work_id = works.id
        LEFT JOIN renditions ON renditions.photo_id = photos.id WHERE withdrawn_at IS NULL
    """
    rows = await fetch_all(tx, sql)
    problems = [
        lost(f"the photograph of {row['title']} was refused: {row['refusal']}") for row in rows if row["refusal"]
    ]
    shown = Counter(row["title"] for row in rows if row["file"] is not None)
    standing = [title for title in own.photographed if own.titles.get(title)]
    problems += [lost(f"work {title} shows no picture") for title in standing if not shown[title]]
    files = {(config.media_dir / row["file"][:2] / row["file"], 40) for row in rows if row["file"]}
    files |= {(config.originals_dir / row["original"], 40) for row in rows}
    for file, digits in files:
        if not file.exists():
            problems.append(lost(f"{file} is not there"))
        elif not file.name.startswith(hashlib.sha256(file.read_bytes()).hexdigest()[:digits]):
            problems.append(wrong(f"{file} holds something else"))
    return problems


async def shown_though_gone(session: aiohttp.ClientSession, db: Database, origin: str) -> list[Broken]:
    """Return what visitors still get of works and posts that were withdrawn."""
    async with db.read() as tx:
        gone = [
            f"/works/{row[0]}" for row in await fetch_all(tx, "SELECT slug FROM works WHERE withdrawn_at IS NOT NULL")
        ]
        gone += [
            row[0].removeprefix(origin)
            for row in await fetch_all(
                tx, "SELECT url FROM posts WHERE artisan_id IS NOT NULL AND withdrawn_at IS NOT NULL"
            )
            if row[0]
        ]
    problems = []
    for path in gone:
        async with session.get(f"{origin}{path}") as answer:
            if answer.status not in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND}:
                problems.append(wrong(f"{path} was withdrawn and is answered {answer.status}"))
    return problems
