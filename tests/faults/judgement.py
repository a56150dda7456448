"""What was promised to others, held against what is there."""

from collections import Counter, defaultdict
from typing import TypeVar

from fedi_artisan.domain.uris import Uris
from fedi_artisan.storage.db import Database, Tx, fetch_all
from tests.faults.promises import Broken, Promises, differing, doubled, lost, wrong
from tests.faults.town import Town

_Key = TypeVar("_Key")


async def broken_promises(db: Database, town: Town) -> list[Broken]:
    """Return all promises to others that were not kept."""
    async with db.read() as tx:
        [integrity] = await fetch_all(tx, "PRAGMA integrity_check")
        return [
            *([] if integrity[0] == "ok" else [wrong(f"the database is damaged: {integrity[0]}")]),
            *await _inbox_problems(tx, town.promises),
            *await _effect_problems(tx, town.promises, town.uris),
            *await _work_problems(tx, town.promises),
            *await _answer_problems(tx, town, "Follow", town.promises.follows),
            *await _answer_problems(tx, town, "QuoteRequest", _quoters(town.promises)),
            *_delivery_problems(town),
        ]


async def _inbox_problems(tx: Tx, promises: Promises) -> list[Broken]:
    """Every promised activity was worked on once; nothing refused was kept."""
    rows = await fetch_all(tx, "SELECT activity_uri, state, answer FROM inbox")
    # What somebody took back leaves a row as well, so that it does not come again.
    taken_back = {"taken back", "taken back before it came"}
    done = Counter(
        row["activity_uri"]
        for row in rows
        if row["state"] == "done" and (row["answer"] not in taken_back or row["activity_uri"] in promises.accepted)
    )
    refused = {row["activity_uri"]: row["answer"] for row in rows if row["state"] == "refused"}
    return [
        *(
            differing(f"the effect of {uri}, answered 202,", done[uri])
            for uri in promises.accepted
            if done[uri] != 1 and uri not in refused
        ),
        *(wrong(f"{uri} was never promised, yet took effect") for uri in done if uri not in promises.accepted),
        *(lost(f"{uri} was answered 202 and refused: {answer}") for uri, answer in refused.items()),
    ]


async def _effect_problems(tx: Tx, promises: Promises, uris: Uris) -> list[Broken]:
    """Followers, reactions, words and quotes are exactly those that were promised, and are counted so."""
    follows = "SELECT actors.uri, follow_uri FROM followers JOIN actors ON actors.id = actor_id"
    reacted = """
        SELECT actors.uri, reactions.type, works.uid, activity_uri FROM reactions
        JOIN actors ON actors.id = actor_id JOIN works ON works.id = work_id
    """
    replied = "SELECT replies.uri, actors.uri FROM replies JOIN actors ON actors.id = actor_id"
    written = """
        SELECT posts.uri, actors.uri FROM addressed JOIN posts ON posts.id = post_id
        JOIN actors ON actors.id = actor_id WHERE posts.visibility = 'direct' AND posts.in_reply_to IS NULL
    """
    rows = {
        "follower": (await fetch_all(tx, follows), promises.followers),
        "reply": (await fetch_all(tx, replied), promises.replies),
        "message": (await fetch_all(tx, written), promises.messages),
    }
    problems = [
        broken
        for name, (found, promised) in rows.items()
        for broken in _differences(name, Counter(row[0] for row in found), dict((*row,) for row in found), promised)
    ]
    reactions = [((row[0], row[1], uris.work(row[2])), row[3]) for row in await fetch_all(tx, reacted)]
    counted = Counter(key for key, _ in reactions)
    problems += _differences("reaction", counted, dict(reactions), promises.reactions)
    miscounted = """
        SELECT uid FROM works WHERE
            likes <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Like')
            OR announces <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Announce')
            OR replies <> (SELECT count(*) FROM posts WHERE work_id = works.id AND counted)
    """
    return problems + [wrong(f"work {row[0]} is miscounted") for row in await fetch_all(tx, miscounted)]


def _differences(name: str, counted: Counter[_Key], found: dict[_Key, str], promised: dict[_Key, str]) -> list[Broken]:
    """Return where what was found is not what was promised."""
    problems = [doubled(f"{name} {key} is there {count} times") for key, count in counted.items() if count > 1]
    for key in {*found, *promised}:
        if key not in found:
            problems.append(lost(f"{name} {key} is not there"))
        elif key not in promised:
            problems.append(wrong(f"{name} {key} was never promised"))
        elif found[key] != promised[key]:
            problems.append(wrong(f"{name} {key} is {found[key]}, promised was {promised[key]}"))
    return problems


async def _work_problems(tx: Tx, promises: Promises) -> list[Broken]:
    """What was reported as published is there as it was last."""
    rows = await fetch_all(tx, "SELECT uid, title, withdrawn_at FROM works")
    found = {row["uid"]: None if row["withdrawn_at"] else row["title"] for row in rows}
    return [
        (lost if uid not in found else wrong)(f"work {uid} is {found.get(uid)!r}, promised was {draft}")
        for uid, draft in promises.works.items()
        if uid not in found or found[uid] != (None if draft is None else draft.title)
    ]


def _quoters(promises: Promises) -> dict[str, str]:
    """Return who asked to quote, by the ids of the requests."""
    return {request: instrument.rpartition("/notes/")[0] for instrument, request in promises.quotes.items()}


async def _answer_problems(tx: Tx, town: Town, kind: str, asked: dict[str, str]) -> list[Broken]:
    """Every request of this kind was answered once, and its actor was told."""
    made = Counter(
        row[0]
        for row in await fetch_all(
            tx,
            "SELECT json_extract(CAST(body AS TEXT), '$.object.id') FROM activities WHERE type IN ('Accept', 'Reject')",
        )
    )
    told = defaultdict(set)
    for host in town.hosts:
        for arrival in host.taken:
            if arrival.type in {"Accept", "Reject"}:
                told[arrival.activity["object"]["id"]].add((arrival.id, arrival.path))
    problems = []
    for uri, actor_uri in asked.items():
        if made[uri] != 1:
            problems.append(differing(f"an answer to {kind} {uri}", made[uri]))
        paths = [path for _, path in told[uri]]
        if len(paths) != 1:
            problems.append(differing(f"the arrival of the answer to {kind} {uri}", len(paths)))
        elif not actor_uri.endswith(paths[0].removesuffix("/inbox")):
            problems.append(wrong(f"the answer to {kind} {uri} went to {paths[0]}"))
    return problems


def _delivery_problems(town: Town) -> list[Broken]:
    """Each inbox got all that was owed to it and nothing else, all about one subject in the order it was said."""
    problems = []
    subjects = {uri: subject for subject, uris in town.promises.said.items() for uri in uris}
    place = {uri: number for uris in town.promises.said.values() for number, uri in enumerate(uris)}
    for host in town.hosts:
        furthest: dict[tuple[str, str], int] = {}
        for arrival in host.taken:
            if arrival.type in {"Accept", "Reject"}:
                continue
            inbox = town.inbox_of(host, arrival)
            if inbox not in town.promises.owed.get(arrival.id, ()):
                problems.append(wrong(f"{inbox} got {arrival.id}, which was not owed to it"))
                continue
            subject = inbox, subjects[arrival.id]
            if place[arrival.id] < furthest.get(subject, 0):
                problems.append(wrong(f"{inbox} got {arrival.type} {arrival.id} too late"))
            furthest[subject] = max(place[arrival.id], furthest.get(subject, 0))
    got = {(arrival.id, town.inbox_of(host, arrival)) for host in town.hosts for arrival in host.taken}
    owed = {(uri, inbox) for uri, inboxes in town.promises.owed.items() for inbox in inboxes}
    return problems + [lost(f"{inbox} never got {uri}") for uri, inbox in sorted(owed - got)]
