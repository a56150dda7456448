"""Photographs come into a draft one by one; what cannot be taken says why, and costs nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans
from tests.house import House, key_pair, open_house, until
from tests.photos import PHOTOS
from tests.studio import Answer, Visitor, signed_in
from tests.web.studio.sending import OTHER, SCRIPT, TINY, begun, form, left_behind, names, originals

NOT_YET = "0" * 26


async def send(maria: Visitor, draft: KeptDraft, body: Any, **headers: str) -> Answer:
    """Send one raw file, as the script does."""
    usual = {"X-Token": maria.token, "X-Name": "bowl.jpg", "Content-Type": "image/jpeg"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await maria.send(f"/studio/drafts/{draft.uid}/photos", body, headers=usual | given)


@contextlib.asynccontextmanager
async def spoken(house: House, head: str, body: bytes = b"") -> AsyncIterator[asyncio.StreamReader]:
    """Give the answer to a request that is written by hand, and that need not come to its end."""
    host, port = house.config.host.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()
        yield reader
    finally:
        writer.close()


def head(maria: Visitor, draft: KeptDraft, *lines: str) -> str:
    """Return how a request with one raw file begins."""
    return "\r\n".join(
        [
            f"POST /studio/drafts/{draft.uid}/photos HTTP/1.1",
            f"Host: {maria.house.config.host}",
            f"Cookie: {maria.client.headers['Cookie']}",
            f"X-Token: {maria.token}",
            "Content-Type: image/jpeg",
            *lines,
        ]
    )


async def test_one_photograph_after_the_other(house: House) -> None:
    """What a script sends stands in the draft in its order, under its own name; the answer tells how far it is."""
    draft = await begun(house)
    async with signed_in(house) as maria:
        first = await send(maria, draft, TINY.read_bytes(), X_Name="Th%C3%A9i%C3%A8re%20noire.jpg")
        second = await send(maria, draft, OTHER.read_bytes())
        assert (first.status, second.status) == (201, 201)
        told = json.loads(first.text)
        assert told["name"] == "Théière noire.jpg"
        assert told["state"] in {"waiting", "made"}
        row = await maria.get(f"/studio/drafts/{draft.uid}/photos/{told['uid']}/row")
        assert row.status == 200
        assert row.page.select_one(f"[data-photo='{told['uid']}']") is not None

        async def made() -> Any:
            states = json.loads((await maria.get(f"/studio/drafts/{draft.uid}/photos")).text)
            assert states["token"] == maria.token
            return all(one["state"] == "made" for one in states["photos"]) and states["photos"]

        photos = await until(made, "the pictures")
        picture = await maria.get(photos[0]["url"].removeprefix(house.config.origin))
        assert picture.headers["Content-Type"] == "image/jpeg"
    assert await names(house, draft) == ["Théière noire.jpg", "bowl.jpg"]
    assert left_behind(house) == []


async def test_an_answer_that_was_lost(house: House) -> None:
    """The same file sent again with its key is the same photograph; so is the same file by itself."""
    draft = await begun(house)
    async with signed_in(house) as maria:
        answers = [await send(maria, draft, TINY.read_bytes(), X_Key=key) for key in ("first", "first", "second")]
    assert len({json.loads(answer.text)["uid"] for answer in answers}) == 1
    assert len(await names(house, draft)) == 1
    assert await house.value("SELECT count(*) FROM photos") == 1


async def test_a_key_is_known_when_the_photograph_is_in_a_work(house: House) -> None:
    """A retry that comes very late, once a work shows the photograph, makes no second one."""
    draft = await begun(house)
    async with signed_in(house) as maria:
        first = await send(maria, draft, TINY.read_bytes(), X_Key="late")
        work = await house.publish()
        async with house.db.write() as tx:
            await tx.execute("UPDATE photos SET work_id = (SELECT id FROM works WHERE uid = ?)", (work.uid,))
        again = await send(maria, draft, TINY.read_bytes(), X_Key="late")
    assert again.status == 201
    assert json.loads(again.text)["uid"] == json.loads(first.text)["uid"]
    assert await house.value("SELECT count(*) FROM photos") == 1


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (SCRIPT.read_bytes(), 422, "C’est un dessin SVG"),
        (b"", 422, "n’est pas une image"),
        (b"Dear diary", 422, "n’est pas une image"),
    ],
)
async def test_what_is_no_photograph(house: House, content: bytes, status: int, sentence: str) -> None:
    """It is refused in her language, and nothing of it stays."""
    draft = await begun(house)
    async with signed_in(house, language="fr") as maria:
        answer = await send(maria, draft, content)
    assert answer.status == status
    assert sentence in json.loads(answer.text)["error"]
    assert await names(house, draft) == []
    assert left_behind(house) == originals(house) == []


async def test_a_damaged_photograph_says_so_later(house: House) -> None:
    """What looks like a photograph is taken in; that nothing can be made of it stands beside it, in her language."""
    draft = await begun(house)
    async with signed_in(house, language="fr") as maria:
        await send(maria, draft, (PHOTOS / "truncated.jpg").read_bytes())

        async def refused() -> Any:
            states = json.loads((await maria.get(f"/studio/drafts/{draft.uid}/photos")).text)["photos"]
            return states[0]["state"] == "refused" and states[0]["error"]

        assert "abîmée" in await until(refused, "the refusal")


async def test_what_says_that_it_is_too_large(house: House) -> None:
    """Forty-one megabytes are refused before one of them is read."""
    draft = await begun(house)
    async with (
        signed_in(house) as maria,
        spoken(house, head(maria, draft, "X-Name: vase.jpg", "Content-Length: 41000000")) as reader,
    ):
        answer = await asyncio.wait_for(reader.readuntil(b"}"), 5)
    assert b" 413 " in answer.splitlines()[0]
    assert b"larger than 40 MB" in answer
    assert left_behind(house) == []


async def test_what_turns_out_to_be_too_large(tmp_path: Path) -> None:
    """What does not say its size is refused as soon as it is too much, however much would follow."""
    async with open_house(tmp_path / "data", limits={"photo_bytes": 100_000}) as house, signed_in(house) as maria:
        draft = await begun(house)
        chunk = b"186a1\r\n" + b"\xff\xd8\xff" + b"x" * 99_998 + b"\r\n"
        async with spoken(house, head(maria, draft, "Transfer-Encoding: chunked"), chunk) as reader:
            answer = await asyncio.wait_for(reader.readuntil(b"}"), 5)
        assert b" 413 " in answer.splitlines()[0]
        assert left_behind(house) == originals(house) == []


async def test_no_room(tmp_path: Path) -> None:
    """Where photographs take as much room as they may, that is what the answer says."""
    async with open_house(tmp_path / "data", media={"quota_bytes": 100}) as house, signed_in(house) as maria:
        answer = await send(maria, await begun(house), TINY.read_bytes())
        assert answer.status == 507
        assert "no room left" in answer.text
        assert left_behind(house) == originals(house) == []


async def test_a_line_that_falls_silent(tmp_path: Path) -> None:
    """A photograph that stops coming is given up; one that comes slowly is not, however long it takes in all."""
    async with open_house(tmp_path / "data", timeouts={"request_body_s": 0.3}) as house, signed_in(house) as maria:
        draft, content = await begun(house), TINY.read_bytes()
        async with spoken(house, head(maria, draft, "Content-Length: 9000"), b"\xff\xd8\xff") as reader:
            answer = await asyncio.wait_for(reader.readuntil(b"}"), 5)
        assert b" 408 " in answer.splitlines()[0]

        async def slowly() -> AsyncIterator[bytes]:
            for start in range(0, len(content), len(content) // 3):
                await asyncio.sleep(0.15)
                yield content[start : start + len(content) // 3]

        assert (await send(maria, draft, slowly())).status == 201
        assert left_behind(house) == []


async def test_whoever_goes_away_in_the_middle(house: House) -> None:
    """Of half a photograph nothing stays."""
    draft = await begun(house)
    async with signed_in(house) as maria:
        async with spoken(house, head(maria, draft, "Content-Length: 9000"), b"\xff\xd8\xff"):

            async def begins() -> bool:
                return bool(left_behind(house))

            await until(begins, "the beginning of the upload")

        async def is_clean() -> bool:
            return not left_behind(house)

        await until(is_clean, "the end of it")
    assert originals(house) == []
    assert await names(house, draft) == []


async def test_too_many_at_once(house: House) -> None:
    """So many can be on their way; one more is asked to come back in a moment, and then comes in."""
    draft = await begun(house)
    async with signed_in(house) as maria, contextlib.AsyncExitStack() as slow:
        for _ in range(8):
            await slow.enter_async_context(spoken(house, head(maria, draft, "Content-Length: 9000"), b"\xff\xd8\xff"))

        async def are_inside() -> bool:
            return len(left_behind(house)) == 8

        await until(are_inside, "eight uploads")
        answer = await send(maria, draft, TINY.read_bytes())
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) < 10
        await slow.aclose()

        async def comes_in() -> bool:
            return (await send(maria, draft, TINY.read_bytes())).status == 201

        await until(comes_in, "the upload")


async def test_a_draft_that_is_not_there_or_not_hers(house: House) -> None:
    """Neither takes a photograph or tells anything, and nobody can tell the two apart."""
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="josef", name="Josef", language="en", key=key_pair(), now=utc_now())
        josef = (await artisans.list_all(tx))[-1]
    draft = await begun(house)
    async with signed_in(house, josef) as visitor, signed_in(house) as maria:
        sent = await send(maria, draft, TINY.read_bytes())
        uid = json.loads(sent.text)["uid"]
        answers = []
        for place in (draft.uid, NOT_YET):
            path = f"/studio/drafts/{place}/photos"
            answers += [
                await visitor.send(path, TINY.read_bytes(), headers={"X-Token": visitor.token}),
                await visitor.get(path),
                await visitor.get(f"{path}/{uid}/row"),
                await visitor.send(path, form(("a.jpg", TINY.read_bytes()), token=visitor.token), headers={}),
            ]
    assert {answer.status for answer in answers} == {404}
    assert await names(house, draft) == ["bowl.jpg"]
    assert left_behind(house) == []
