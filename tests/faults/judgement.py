"""What was promised, held against what is there."""

from collections import Counter, defaultdict

from fedi_artisan.domain.uris import Uris
from fedi_artisan.storage.db import Database, Tx, fetch_all
from tests.faults.town import Promises, Town


async def broken_promises(db: Database, town: Town) -> list[str]:
    """Return a line for every promise that was not kept."""
    async with db.read() as tx:
        [integrity] = await fetch_all(tx, "PRAGMA integrity_check")
        return [
            *([] if integrity[0] == "ok" else [f"the database is damaged: {integrity[0]}"]),
            *await _inbox_problems(tx, town.promises),
            *await _effect_problems(tx, town.promises, town.uris),
            *await _work_problems(tx, town.promises),
            *await _accept_problems(tx, town),
            *_delivery_problems(town),
        ]


async def _inbox_problems(tx: Tx, promises: Promises) -> list[str]:
    """Every promised activity was worked on once; nothing refused was kept."""
    rows = await fetch_all(tx, "SELECT activity_uri, state, answer FROM inbox")
    # What somebody took back leaves a row as well, so that it does not come again.
    taken_back = {"taken back", "taken back before it came"}
    done = Counter(
        row["activity_uri"]
        for row in rows
        if row["state"] == "done" and (row["answer"] not in taken_back or row["activity_uri"] in promises.accepted)
    )
    return [
        *(f"{uri} was answered 202 and took effect {done[uri]} times" for uri in promises.accepted if done[uri] != 1),
        *(f"{uri} was never promised, yet took effect" for uri in done if uri not in promises.accepted),
        *(
            f"{row['activity_uri']} was answered 202 and refused: {row['answer']}"
            for row in rows
            if row[1] == "refused"
        ),
    ]


async def _effect_problems(tx: Tx, promises: Promises, uris: Uris) -> list[str]:
    """Followers, reactions and replies are exactly those that were promised, and are counted so."""
    problems = []
    follows = "SELECT actors.uri, follow_uri FROM followers JOIN actors ON actors.id = actor_id"
    if (found := {row[0]: row[1] for row in await fetch_all(tx, follows)}) != promises.followers:
        problems.append(f"followers are {found}, promised were {promises.followers}")
    reacted = """
        SELECT actors.uri, reactions.type, works.uid, activity_uri FROM reactions
        JOIN actors ON actors.id = actor_id JOIN works ON works.id = work_id
    """
    reactions = {(row[0], row[1], uris.work(row[2])): row[3] for row in await fetch_all(tx, reacted)}
    problems += [
        f"reaction {key}: found {reactions.get(key)}, promised {promises.reactions.get(key)}"
        for key in {*reactions, *promises.reactions}
        if reactions.get(key) != promises.reactions.get(key)
    ]
    replies = await fetch_all(tx, "SELECT replies.uri, actors.uri FROM replies JOIN actors ON actors.id = actor_id")
    problems += [
        f"reply {uri} is found or promised alone" for uri in {row[0] for row in replies} ^ set(promises.replies)
    ]
    miscounted = """
        SELECT uid FROM works WHERE
            likes <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Like')
            OR announces <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Announce')
            OR replies <> (SELECT count(*) FROM replies WHERE work_id = works.id)
    """
    return problems + [f"work {row[0]} is miscounted" for row in await fetch_all(tx, miscounted)]


async def _work_problems(tx: Tx, promises: Promises) -> list[str]:
    """What was reported as published is there as it was last."""
    rows = await fetch_all(tx, "SELECT uid, title, withdrawn_at FROM works")
    found = {row["uid"]: None if row["withdrawn_at"] else row["title"] for row in rows}
    promised = {uid: None if draft is None else draft.title for uid, draft in promises.works.items()}
    return [] if found == promised else [f"works are {found}, promised were {promised}"]


async def _accept_problems(tx: Tx, town: Town) -> list[str]:
    """Every Follow was accepted once, and its actor was told."""
    made = Counter(row[0] for row in await fetch_all(tx, "SELECT subject_uri FROM activities WHERE type = 'Accept'"))
    told = defaultdict(set)
    for host in town.hosts:
        for arrival in host.taken:
            if arrival.type == "Accept":
                told[arrival.activity["object"]["id"]].add((arrival.id, f"{host.origin}{arrival.path}"))
    return [
        f"Follow {uri}: {made[uri]} Accepts made, {told[uri]} arrived"
        for uri, actor_uri in town.promises.follows.items()
        if made[uri] != 1 or {inbox for _, inbox in told[uri]} != {f"{actor_uri}/inbox"} or len(told[uri]) != 1
    ]


def _delivery_problems(town: Town) -> list[str]:
    """Each inbox got all that was owed to it and nothing else, all about one work in the order it was said."""
    problems = []
    place = {uri: number for uris in town.promises.said.values() for number, uri in enumerate(uris)}
    for host in town.hosts:
        furthest: dict[tuple[str, str], int] = {}
        for arrival in host.taken:
            inbox = f"{host.origin}{arrival.path}"
            if arrival.type == "Accept":
                continue
            if inbox not in town.promises.owed.get(arrival.id, ()):
                problems.append(f"{inbox} got {arrival.id}, which was not owed to it")
                continue
            subject = inbox, arrival.activity["object"]["id"]
            if place[arrival.id] < furthest.get(subject, 0):
                problems.append(f"{inbox} got {arrival.type} {arrival.id} too late")
            furthest[subject] = max(place[arrival.id], furthest.get(subject, 0))
    got = {(arrival.id, f"{host.origin}{arrival.path}") for host in town.hosts for arrival in host.taken}
    owed = {(uri, inbox) for uri, inboxes in town.promises.owed.items() for inbox in inboxes}
    return problems + [f"{inbox} never got {uri}" for uri, inbox in sorted(owed - got)]
