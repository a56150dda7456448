"""Activities coming in: how many are verified, stored and wholly processed in a second."""

import asyncio
import base64
import hashlib
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench import bare
from bench.caller import Answers, call
from bench.neighbours import Neighbour, Street
from bench.site import Site, until
from bench.size import Size
from bench.table import Aim, Row

AIM_PER_S = 500.0
KEYS = 8  # making one takes a while; each actor lists one of these under an id of her own
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"


async def run(site: Site, size: Size) -> list[Row]:
    """Return what one burst of signed activities costs.

    Each actor first sends a Like of the last work, before the clock starts: with it our server reads her document and
    key. All requests of the burst are signed before the clock starts. It stops when the database shows every effect.
    """
    limit = bare.verifies_per_s(size.bare_s)
    async with Street(size.actors) as street:
        keys = dict(zip((one.actor_uri for one in street.neighbours), itertools.cycle(make_keys()), strict=False))
        for neighbour in street.neighbours:
            public_key = keys[neighbour.actor_uri].public_key()
            neighbour.describe(public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
            await street.open(neighbour)
        greetings = [like(one, site.works[-1]) for one in street.neighbours]
        await send(site, size, [signed(site, one, keys) for one in greetings])
        await until_processed(site, size)
        before = effects(site)
        activities = list(_burst(street.neighbours, site, size.rounds))
        requests = [signed(site, one, keys) for one in activities]
        cpu_s = site.cpu_s()
        began = time.perf_counter()
        answers = await send(site, size, requests)
        accepted_s = time.perf_counter() - began
        await until_processed(site, size)
        took_s = time.perf_counter() - began
        cpu_s = site.cpu_s() - cpu_s
    gained = {name: count - before[name] for name, count in effects(site).items()}
    each = size.actors * size.rounds
    assert gained == {"followers": size.actors, "likes": each, "replies": each, "counted": 2 * each}, gained
    done = len(activities)
    limit_is = "/s: RSA-2048 verified, nothing else"
    percentiles = statistics.quantiles(answers.took_s, n=100)
    return [
        Row(
            what=f"activities wholly processed ({done:,} of {size.actors} actors)",
            value=done / took_s,
            unit="/s",
            limit=limit,
            limit_is=limit_is,
            aim=Aim(AIM_PER_S),
        ),
        Row(what="… accepted (202, on the disk)", value=done / accepted_s, unit="/s", limit=limit, limit_is=limit_is),
        Row(what="… for each second of the server's processor time", value=done / cpu_s, unit="/s"),
        Row(what="… time to the 202, median", value=percentiles[49] * 1000, unit="ms"),
        Row(what="… time to the 202, 99th percentile", value=percentiles[98] * 1000, unit="ms"),
    ]


def make_keys() -> list[RSAPrivateKey]:
    """Return a few keys, for actors to share."""
    return [bare.make_key() for _ in range(KEYS)]


async def send(site: Site, size: Size, requests: list[bytes]) -> Answers:
    """Send all, and see that each was accepted."""
    async with asyncio.timeout(size.patience_s):
        answers = await call(site.port, iter(requests), connections=size.connections)
    assert answers.statuses == {b"202": len(requests)}, (answers.statuses, answers.body)
    return answers


async def until_processed(site: Site, size: Size) -> None:
    """Return when nothing waits in the inbox any more."""
    waiting = "SELECT count(*) FROM inbox WHERE state = 'waiting'"
    await until(lambda: not site.count(waiting), within_s=size.patience_s)


def effects(site: Site) -> dict[str, int]:
    """Return what the burst should change: rows, and the counts that pages show."""
    return {
        "followers": site.count("SELECT count(*) FROM followers"),
        "likes": site.count("SELECT count(*) FROM reactions WHERE type = 'Like'"),
        "replies": site.count("SELECT count(*) FROM replies"),
        "counted": site.count("SELECT sum(likes) + sum(replies) FROM works"),
    }


def _burst(neighbours: list[Neighbour], site: Site, rounds: int) -> Iterator[dict[str, object]]:
    """Return one Follow of each actor, then Likes and replies, the actors taking turns."""
    for neighbour in neighbours:
        yield activity(neighbour, "Follow", "follow", site.actor_uri)
    for number, work in enumerate(site.works[:rounds]):
        for neighbour in neighbours:
            yield like(neighbour, work)
            yield reply(neighbour, site, work, number)


def reply(neighbour: Neighbour, site: Site, work: str, number: int) -> dict[str, object]:
    """Return the Create of a public reply to a work, the neighbour's reply of this *number*."""
    note = {
        "id": f"{neighbour.origin}/notes/{number}",
        "type": "Note",
        "attributedTo": neighbour.actor_uri,
        "inReplyTo": work,
        "content": "<p>What a calm shape. Is the <em>second</em> one still with you?</p>",
        "published": datetime.now(UTC).isoformat(),
        "to": [PUBLIC],
        "cc": [site.actor_uri],
    }
    return {**activity(neighbour, "Create", f"creates/{number}", note), "to": [PUBLIC], "cc": [site.actor_uri]}


def like(neighbour: Neighbour, work: str) -> dict[str, object]:
    """Return a Like of a work."""
    return activity(neighbour, "Like", f"likes/{work.rpartition('/')[2]}", work)


def activity(neighbour: Neighbour, kind: str, name: str, target: object) -> dict[str, object]:
    """Return an activity of a neighbour's actor."""
    uri = f"{neighbour.origin}/{name}"
    return {"@context": AS2, "id": uri, "type": kind, "actor": neighbour.actor_uri, "object": target}


def signed(site: Site, activity: dict[str, object], keys: dict[str, RSAPrivateKey]) -> bytes:
    """Return the whole HTTP request that delivers *activity*, signed as most servers do (WIRE 2.1)."""
    actor, body = str(activity["actor"]), json.dumps(activity).encode()
    headers = {
        "host": urlsplit(site.config.origin).netloc,
        "date": format_datetime(datetime.now(UTC), usegmt=True),
        "digest": f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}",
        "content-type": "application/activity+json",
    }
    lines = ["(request-target): post /ap/inbox", *(f"{name}: {value}" for name, value in headers.items())]
    signature = base64.b64encode(keys[actor].sign("\n".join(lines).encode(), PKCS1v15(), SHA256())).decode()
    headers["signature"] = (
        f'keyId="{actor}#main-key",algorithm="rsa-sha256",'
        f'headers="{" ".join(["(request-target)", *list(headers)])}",signature="{signature}"'
    )
    headers["content-length"] = str(len(body))
    head = "\r\n".join(["POST /ap/inbox HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())])
    return f"{head}\r\n\r\n".encode() + body
