"""What an artisan types, done in the process of the test: each as its command does it, beside the running server."""

import dataclasses
from pathlib import Path

from fedi_artisan.app import open_parts
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.federation.signatures import keys
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import following as following_service
from fedi_artisan.services import moving as moving_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import works
from tests.house import House
from tests.photos import take_in

PHOTO = Path(__file__).parents[1] / "data" / "photos" / "bowl-tiny.jpg"


async def follow(house: House, handle: str) -> str:
    """Ask to follow whoever has this handle, found through WebFinger, and return her id."""
    async with open_parts(house.config) as parts:
        actor = await parts.webfinger.resolve(handle)
        async with parts.db.write() as tx:
            known = await parts.actors.put(tx, actor)
            await following_service.request(tx, parts.uris, house.artisan, known, utc_now())
    return actor.uri


async def unfollow(house: House, handle: str) -> None:
    """Stop following whoever has this handle."""
    async with house.db.write() as tx:
        await following_service.stop_by_handle(tx, house.uris, house.artisan, handle, utc_now())


async def revise(house: House, work: Work, **changes: object) -> Work:
    """Change what a work says and return it as it is then."""
    async with house.db.write() as tx:
        now = await works.get(tx, work.uid)
        draft = dataclasses.replace(now.draft, **changes)  # type: ignore[arg-type]  # fields of a draft, by name
        return await works_service.revise(tx, house.uris, now, draft, utc_now())


async def withdraw(house: House, work: Work) -> None:
    """Withdraw a work for good."""
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, await works.get(tx, work.uid), utc_now())


async def rotate_key(house: House) -> None:
    """Replace the artisan's key."""
    async with house.db.write() as tx:
        await artisans_service.rotate_key(tx, house.uris, house.artisan, keys.generate(), utc_now())


async def photographed(house: House, alt: str, *, title: str = "Ash bowl") -> Draft:
    """Return what is to be published: a work with one real photograph, described by *alt*."""
    photo = await take_in(house.config, house.db, house.artisan, PHOTO, alt=alt)
    return Draft(title=title, text="Turned while the wood was green.", photos=(photo,), tags=("ash",))


async def name_account(house: House, handle: str) -> None:
    """Say that whoever has this handle is the artisan as well."""
    async with open_parts(house.config) as parts:
        actor = await parts.webfinger.resolve(handle)
        async with parts.db.write() as tx:
            await moving_service.add_account(tx, parts.uris, house.artisan, actor, utc_now())


async def move(house: House, handle: str) -> None:
    """Move to whoever has this handle."""
    async with open_parts(house.config) as parts:
        actor = await parts.webfinger.resolve(handle)
        async with parts.db.write() as tx:
            await moving_service.move(tx, parts.uris, house.artisan, actor, utc_now())


async def come_back(house: House) -> None:
    """Take it back that she has moved."""
    async with house.db.write() as tx:
        await moving_service.take_back(tx, house.uris, house.artisan, utc_now())
