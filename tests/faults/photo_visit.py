"""What visitors and other servers get: every page, every document, and every picture that these name."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.storage.db import Database, fetch_one
from tests.faults.photo_judgement import look
from tests.faults.photo_report import Report
from tests.federation.letterboxes import Arrival

_PICTURE = re.compile(r"/media/([0-9a-f]+\.[a-z]+)")
_DOCUMENT = {"Accept": "application/activity+json"}
_TELL = ("Create", "Update")
_AT_ONCE = 4
# A server looks four times a second whether something was written.
_NOTICES_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks at everything."""

    session: aiohttp.ClientSession
    db: Database
    uris: Uris
    report: Report

    async def broken_links(self) -> list[str]:
        """Return a line for each page and picture that does not answer as it should."""
        problems, begun = await self._broken_links(), time.monotonic()
        self.report.behind += bool(problems)
        # A command may have taken away pictures a moment before the server noticed it.
        while problems and time.monotonic() < begun + _NOTICES_WITHIN_S:
            problems = await self._broken_links()
        return problems

    async def _broken_links(self) -> list[str]:
        """Return what does not answer at this moment."""
        home = f"{self.uris.origin}/"
        asked: list[tuple[str, Mapping[str, str]]] = [(home, {})]
        for work in (await look(self.db)).works:
            asked += [(self.uris.work_url(work.slug), {})]
            asked += [(uri, _DOCUMENT) for uri in (self.uris.work(work.uid), await self._last_said(work))]
        problems: list[str] = []
        named: dict[str, str] = {}
        for url, headers in asked:
            async with self.session.get(url, headers=headers) as answer:
                pictures = set(_PICTURE.findall(await answer.text()))
            if answer.status != HTTPStatus.OK:
                problems.append(f"{url} was answered {answer.status}")
            elif not pictures and url != home:
                problems.append(f"{url} names no picture")
            named |= dict.fromkeys(pictures, url)
        return problems + await self._broken_pictures(named.items())

    async def broken_posts(self, arrivals: Sequence[Arrival]) -> list[str]:
        """Return a line for each work that others know with other pictures than pages show, once all has settled.

        *arrivals* are all that another server was told.
        """
        heard = {one.activity["object"]["id"]: one.activity["object"] for one in arrivals if one.type in _TELL}
        problems = []
        for work in (await look(self.db)).works:
            posts = [photo.post.file for photo in work.draft.photos]
            said = await self._document(await self._last_said(work))
            uri = self.uris.work(work.uid)
            for how, note in (
                ("says", await self._document(uri)),
                ("was last said with", said["object"]),
                ("was last heard with", heard.get(uri, {})),
            ):
                if (known := _posts_in(note)) != posts:
                    problems.append(f"{uri} {how} {known}, its page shows {posts}")
        return problems

    async def _document(self, uri: str) -> dict[str, Any]:
        """Return the document at *uri*."""
        async with self.session.get(uri, headers=_DOCUMENT) as answer:
            document: dict[str, Any] = json.loads(await answer.text())
            return document

    async def _broken_pictures(self, named: Iterable[tuple[str, str]]) -> list[str]:
        """Return a line for each picture that is not there or holds something else than its name says."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def ask(name: str, by: str) -> list[str]:
            async with turn, self.session.get(self.uris.media_url(name)) as answer:
                content = await answer.read()
            if answer.status == HTTPStatus.OK and name.startswith(hashlib.sha256(content).hexdigest()[:40]):
                return []
            return [f"{by} names {name}, which was answered {answer.status} with {len(content)} bytes"]

        return [line for lines in await asyncio.gather(*(ask(*one) for one in named)) for line in lines]

    async def _last_said(self, work: Work) -> str:
        """Return the id of what was said last of a work."""
        async with self.db.read() as tx:
            sql = "SELECT uri FROM activities WHERE subject_uri = ? ORDER BY id DESC LIMIT 1"
            row = await fetch_one(tx, sql, (self.uris.work(work.uid),))
        assert row is not None
        return str(row["uri"])


def _posts_in(note: Mapping[str, Any]) -> list[str]:
    """Return the names of the pictures that travel with a work, in their order."""
    return [_PICTURE.findall(json.dumps(one["url"]))[0] for one in note.get("attachment", ()) if one["type"] == "Image"]
