"""Drafts as the tests of the studio begin, press and read them."""

from typing import Any

from bs4 import Tag

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.domain.works import Work
from fedi_artisan.services import drafts
from fedi_artisan.storage import works
from tests.house import House
from tests.studio import Answer, Visitor

ASKS_JSON = {"Accept": "application/json"}


async def begun(house: House, *uids: str, **typed: str) -> KeptDraft:
    """Return a new draft with these photographs and words."""
    async with house.db.write() as tx:
        return await drafts.begin(tx, house.artisan, utc_now(), photos=uids, typed=typed)


async def kept(house: House, uid: str) -> KeptDraft:
    """Return a draft as it is kept now."""
    async with house.db.read() as tx:
        return await drafts.get(tx, house.artisan, uid)


async def published(house: House) -> list[Work]:
    """Return all works that are out, the oldest first."""
    uids = [row["uid"] for row in await house.rows("SELECT uid FROM works ORDER BY id")]
    async with house.db.read() as tx:
        return [await works.get(tx, uid) for uid in uids]


async def press(maria: Visitor, draft: KeptDraft, do: str, **given: Any) -> Answer:
    """Press a button of the page of *draft*, with its words and others, sent as forms are."""
    headers = given.pop("headers", {})
    fields = {**draft.typed, "version": str(draft.version), "do": do, **given}
    return await maria.post(f"/studio/drafts/{draft.uid}", fields, headers=headers)


def first(answer: Answer, selector: str) -> Tag:
    """Return the first element of a page that is selected so."""
    found = answer.page.select_one(selector)
    assert found is not None, selector
    return found
