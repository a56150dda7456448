"""A desk with works that are being written, in every state in which one can be met."""

from datetime import timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import draft_photos, drafts, publication
from fedi_artisan.storage import drafts as rows
from fedi_artisan.storage import photos
from fedi_artisan.storage.db import Tx
from tests.browser.writing import begun
from tests.house import House

TEXT = "Thrown in **three parts**.\n\n- one\n- two"


async def desk_of(house: House) -> dict[str, KeptDraft]:
    """Return drafts in every state, by what is the matter with them."""
    work = await house.publish(Draft(title="Changed", tags=("porcelain", "stoneware"), materials=("porcelain",)))
    told = {"materials": "stoneware", "tags": "porcelain, tea", "price": "140 EUR", "year": "2026"}
    french = {"other_language": "fr", "other_title": "Théière", "other_text": "Tournée en trois parties."}
    ahead = f"{utc_now() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    made = {
        "full": await begun(house, 12, title="Teapot", text=TEXT, **told, **french),
        "wrong": await begun(house, 1, title="Wrong", price="much", year="soon", other_text="Sans titre"),
        "waiting": await begun(house, title="Later", publish_at=ahead),
        "out": await begun(house, 1, title="Out"),
        "making": await begun(house, title="Soon"),
        "empty": await begun(house),
    }
    now = utc_now()
    async with house.db.write() as tx:
        made["change"] = await drafts.revise_work(tx, house.artisan, work, now)
        await publication.schedule(tx, house.uris, house.artisan, made["waiting"].uid, now)
        await publication.publish(tx, house.uris, house.artisan, made["out"].uid, now)
        await _press_too_early(tx, house, made["making"])
        pressed = await publication.publish(tx, house.uris, house.artisan, made["wrong"].uid, now)
        await rows.set_open(tx, pressed.draft.id, pressed.problems)
    return made


async def _press_too_early(tx: Tx, house: House, draft: KeptDraft) -> None:
    """Publish a draft with a photograph that will not be made before long."""
    now, uid = utc_now(), new_uid(utc_now())
    artisan_id = house.artisan.id
    await photos.insert(
        tx, uid=uid, artisan_id=artisan_id, name="jar.jpg", original=f"{uid}.jpg", original_bytes=1, now=now
    )
    await tx.execute("UPDATE photo_jobs SET due_at = due_at + 1e10 WHERE photo_id = (SELECT max(id) FROM photos)")
    await draft_photos.add(tx, draft, uid, now)
    await publication.publish(tx, house.uris, house.artisan, draft.uid, now)
