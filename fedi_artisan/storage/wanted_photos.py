"""Portraits and headers that were given and are still being made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fedi_artisan.domain.photos import OwnPlace
from fedi_artisan.errors import BadPhoto
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture that will take its *place*; *refusal* is why it never will, None while it is being made."""

    uid: str
    place: OwnPlace
    alts: Mapping[str, str]
    refusal: BadPhoto | None


async def put(tx: Tx, artisan_id: int, place: OwnPlace, uid: str) -> None:
    """Have the artisan's photograph *uid* take this place as soon as it is made, instead of any that was to."""
    await forget(tx, artisan_id, place)
    sql = "INSERT OR REPLACE INTO wanted_photos (photo_id, artisan_id, place) SELECT id, ?, ? FROM photos WHERE uid = ?"
    await tx.execute(sql, (artisan_id, place, uid))


async def forget(tx: Tx, artisan_id: int, place: OwnPlace) -> None:
    """Let no photograph take this place."""
    await tx.execute("DELETE FROM wanted_photos WHERE artisan_id = ? AND place = ?", (artisan_id, place))


async def forget_refused(tx: Tx, artisan_id: int) -> None:
    """Forget those of which nothing could be made."""
    sql = """
        DELETE FROM wanted_photos WHERE artisan_id = ?
            AND photo_id IN (SELECT id FROM photos WHERE refusal IS NOT NULL)
    """
    await tx.execute(sql, (artisan_id,))


async def find_place(tx: Tx, uid: str) -> OwnPlace | None:
    """Return the place that the photograph *uid* is to take, or None."""
    sql = "SELECT place FROM wanted_photos JOIN photos ON photos.id = photo_id WHERE uid = ?"
    row = await fetch_one(tx, sql, (uid,))
    return None if row is None else OwnPlace(row["place"])


async def list_of(tx: Tx, artisan_id: int) -> dict[OwnPlace, Wanted]:
    """Return the artisan's pictures that are to take a place, by that place."""
    sql = """
        SELECT photos.uid, photos.name, place, alts, refusal FROM wanted_photos JOIN photos ON photos.id = photo_id
        WHERE wanted_photos.artisan_id = ?
    """
    found = {}
    for row in await fetch_all(tx, sql, (artisan_id,)):
        refusal = None if row["refusal"] is None else BadPhoto.from_kept(row["refusal"], of=row["name"])
        place = OwnPlace(row["place"])
        found[place] = Wanted(uid=row["uid"], place=place, alts=json.loads(row["alts"]), refusal=refusal)
    return found


async def list_in_drafts(tx: Tx, artisan_id: int) -> list[str]:
    """Return the uids of the artisan's photographs that stand in works which are still being written."""
    sql = "SELECT DISTINCT uid FROM photos JOIN draft_photos ON photo_id = photos.id WHERE artisan_id = ?"
    return [row["uid"] for row in await fetch_all(tx, sql, (artisan_id,))]


async def describe(tx: Tx, artisan_id: int, place: OwnPlace, alts: Mapping[str, str]) -> None:
    """Store what the picture that is to take this place shows, by language."""
    sql = """
        UPDATE photos SET alts = ? WHERE id = (SELECT photo_id FROM wanted_photos WHERE artisan_id = ? AND place = ?)
    """
    await tx.execute(sql, (json.dumps(dict(alts)), artisan_id, place))
