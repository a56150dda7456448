"""What nginx and Apache keep for a moment: for nobody for whom it was not made, and no longer than they were told."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from fedi_artisan.domain.works import Draft
from tests.fronts.running import Front, Kind, open_front
from tests.house import House, until

PAGE, DOCUMENT = "text/html", "application/activity+json"
# Where nginx writes at the head of a file until when it holds, and of when it is: seconds since 1970.
_HOLDS_UNTIL, _IS_OF = 8, 40
_A_MOMENT_S = 10
_TEN_MINUTES_S = 600


@pytest_asyncio.fixture(loop_scope="session", params=[Kind.NGINX, Kind.APACHE])
async def keeping(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> AsyncIterator[Front]:
    """A front that keeps answers, and has none yet."""
    async with open_front(request.param, tmp_path / "front", house.config.listen_address[1]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def nginx(house: House, tmp_path: Path) -> AsyncIterator[Front]:
    """An nginx that keeps nothing yet."""
    async with open_front(Kind.NGINX, tmp_path / "front", house.config.listen_address[1]) as opened:
        yield opened


async def asked(front: Front, path: str, **headers: str) -> tuple[str, str]:
    """Return what a front answers, and whether it had that: HIT, or something else."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with front.ask(path, headers=sent) as answer:
        return (await answer.read()).decode("utf-8", "replace"), answer.headers.get("X-Cache", "").partition(" ")[0]


def holding(front: Front, path: str) -> Path:
    """Return the file in which nginx keeps *path*."""
    key = f"\nKEY: atelier.example{path}\n".encode()
    [file] = [one for one in (front.folder / "kept").rglob("*") if one.is_file() and key in one.read_bytes()]
    return file


def moment(file: Path, at: int) -> int:
    """Return a moment from the head of what nginx keeps."""
    return int(struct.unpack_from("<q", file.read_bytes(), at)[0])


async def test_a_page_is_kept_and_asked_for_once(keeping: Front) -> None:
    """However many ask for a page in the same moment, ours is asked once."""
    await asked(keeping, "/works/moon-jar", Accept=PAGE)
    answers = await asyncio.gather(*(asked(keeping, "/works/moon-jar", Accept=PAGE) for _ in range(8)))
    assert [state for _, state in answers] == ["HIT"] * 8


async def test_many_strangers_wait_for_one_answer(nginx: Front) -> None:
    """Of many who ask for what is not kept yet, one gets it from ours and all others what she got."""
    answers = await asyncio.gather(*(asked(nginx, "/works", Accept=PAGE) for _ in range(12)))
    assert sorted(state for _, state in answers) == ["HIT"] * 11 + ["MISS"]


async def test_nobody_gets_what_was_made_for_another(keeping: Front) -> None:
    """Page and document, French and English, smaller or not: each gets her own, whoever asked before."""
    ways = [(kind, lang, coding) for kind in (PAGE, DOCUMENT) for lang in ("fr", "en") for coding in ("br", "identity")]
    for _again in range(2):
        for kind, lang, coding in ways:
            headers = {"Accept": kind, "Accept-Language": lang, "Accept-Encoding": coding}
            async with keeping.ask("/works/moon-jar", headers=headers) as answer:
                said = await answer.text()
            assert answer.content_type == kind
            assert answer.headers.get("Content-Encoding", "identity") == coding
            if kind == PAGE:
                assert f'<html lang="{lang}"' in said


async def test_a_page_is_kept_for_ten_seconds(nginx: Front, house: House) -> None:
    """A changed page is shown when the ten seconds are over for which the last one may be kept."""
    before, _ = await asked(nginx, "/works", Accept=PAGE)
    await house.publish(Draft(title="Tea bowl"))
    kept, state = await asked(nginx, "/works", Accept=PAGE)
    assert (kept, state) == (before, "HIT")
    file = holding(nginx, "/works")
    assert moment(file, _HOLDS_UNTIL) - moment(file, _IS_OF) in {_A_MOMENT_S, _A_MOMENT_S + 1}

    async def is_out() -> bool:
        url = f"http://127.0.0.1:{house.config.listen_address[1]}/works"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return "Tea bowl" in await answer.text()

    await until(is_out, "the new work on ours")
    # As if they were over: nginx reads that anew each time.
    with file.open("r+b") as opened:
        opened.seek(_HOLDS_UNTIL)
        opened.write(struct.pack("<q", moment(file, _IS_OF) - 1))
    after, state = await asked(nginx, "/works", Accept=PAGE)
    assert state == "EXPIRED"
    assert "Tea bowl" in after


async def test_a_photograph_is_asked_for_again_after_ten_minutes(nginx: Front, picture: str) -> None:
    """A browser may keep a photograph for a year, a front for ten minutes: then one that was withdrawn is gone."""
    states = [(await asked(nginx, picture))[1] for _ in range(2)]
    assert states == ["MISS", "HIT"]
    file = holding(nginx, picture)
    assert moment(file, _HOLDS_UNTIL) - moment(file, _IS_OF) in {_TEN_MINUTES_S, _TEN_MINUTES_S + 1}


async def test_other_servers_get_what_is_new(keeping: Front, house: House) -> None:
    """What other servers read is asked of ours each time."""
    for path in (f"/ap/actors/{house.artisan.uid}", "/.well-known/webfinger?resource=acct:maria@atelier.example"):
        for _again in range(2):
            _, state = await asked(keeping, path, Accept=DOCUMENT)
            assert state != "HIT", path


async def test_nothing_of_the_studio_is_kept(keeping: Front) -> None:
    """Nothing below /studio is kept, and no answer that says so, nor one that brings a cookie."""
    for _again in range(2):
        _, state = await asked(keeping, "/studio/sign-in", Accept=PAGE)
        assert state != "HIT"
        _, state = await asked(keeping, "/works/none-such", Accept=PAGE)
        assert state != "HIT"
