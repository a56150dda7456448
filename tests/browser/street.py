"""A street with two houses, furnished with something of every kind: what all pages of the table are shown from."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.appearance import Appearance, Home, Layout, Typeface
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft, PageWording
from fedi_artisan.domain.photos import Facts, Label, Photo
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, SeriesWording, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from fedi_artisan.services import speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans, series
from tests.house import House, key_pair, open_house
from tests.photos import grey
from tests.unit.web.test_replies import Said, say

SHAPES_PX = ((300, 200), (160, 200), (200, 200), (320, 120), (120, 200), (300, 225))
TEXT = """Two deep bowls, **thrown on the same day** and joined while the clay was soft.

## Firing

- bisque at 980 °C
- [glaze](https://ceramics.example/shino) at 1,280 °C, in reduction

| kiln | hours |
|------|-------|
| gas  | 14    |

> Nothing is added, and nothing is hidden.
"""
# How a photograph is taken: the same number gives the same one.
Camera = Callable[[House, int], Awaitable[Photo]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """Two running servers: a house of one artisan, and one that several share."""

    atelier: House
    shared: House


async def greys(house: House, number: int) -> Photo:
    """Take the photograph *number*: one grey, in one of several proportions."""
    width_px, height_px = SHAPES_PX[number % len(SHAPES_PX)]
    return await grey(house, shade=40 + number * 7, width_px=width_px, height_px=height_px)


@contextlib.asynccontextmanager
async def open_street(folder: Path, camera: Camera = greys) -> AsyncIterator[Street]:
    """Run both houses in *folder* while the block lasts."""
    async with (
        open_house(folder / "atelier") as atelier,
        open_house(folder / "shared", username="jean") as shared,
    ):
        await furnish_atelier(atelier, camera)
        await _furnish_shared(shared, camera)
        yield Street(atelier=atelier, shared=shared)


async def furnish_atelier(house: House, camera: Camera) -> None:
    """Publish works of every kind; titles decide on the addresses in pages.py."""
    await _introduce(house, await camera(house, 2), await camera(house, 3))
    await house.publish(Draft(title="A work in words alone", text="Lent to a museum; no photograph may be shown."))
    for number, availability in enumerate((*Availability, None)):
        await house.publish(
            Draft(
                title=f"Bowl n° {number}",
                photos=(await camera(house, 4 + number),),
                availability=availability,
                price=Price(Decimal(120 + number), "EUR") if number % 2 else None,
                tags=("porcelain",),
                series="Moons" if number % 2 else None,
                year=2020 + number,
            )
        )
    jar = await house.publish(await _jar(house, camera))
    arabic = "<p>ما أجمل هذه الجرّة! لقد أحببتها كثيرا.</p>"
    await say(house, jar, Said(), Said(number=2, username="amal", name="أمل", language="ar", content_html=arabic))
    await _write_journal(house, camera)
    withdrawn = await house.publish(Draft(title="Withdrawn"))
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, withdrawn, utc_now())
        moons = await series.find_named(tx, house.artisan.id, "Moons")
        assert moons is not None
        french = SeriesWording(name="Lunes", text="Des jarres en **deux moitiés**.")
        text = "Jars thrown in **two halves**, one each winter."
        await works_service.describe_series(tx, dataclasses.replace(moons, text=text, others={"fr": french}))


async def _write_journal(house: House, camera: Camera) -> None:
    """Let the artisan say what happens in the workshop: in words, in one picture and in several, and an answer."""
    kiln = "The kiln stands at **1,280 °C** since this morning. #kiln #porcelain\n\nIt opens on Sunday."
    three = tuple([await camera(house, number) for number in (20, 22, 25)])
    drafts = (
        PostDraft(text="Market in Dieulefit on Saturday, https://market.example/2026"),
        PostDraft(text="What broke.", warning="Shards", photos=(await camera(house, 19),)),
        PostDraft(text="Trois bols, trois terres.", language="fr", photos=three),
        PostDraft(text=kiln, photos=(await camera(house, 21),)),
    )
    async with house.db.write() as tx:
        for number, draft in enumerate(drafts):
            now = utc_now() - timedelta(days=4 - number)
            post = await speaking.publish(tx, house.uris, house.artisan, draft, now)
        answer = PostDraft(text="It has cooled down, and nothing broke.", in_reply_to=post.uri)
        answer_post = await speaking.publish(tx, house.uris, house.artisan, answer, utc_now())
        for uid, one in (("0kiln000000000000000000000", post), ("0answer0000000000000000000", answer_post)):
            uri = house.uris.post(uid)
            await tx.execute("UPDATE posts SET uid = ?, uri = ? WHERE id = ?", (uid, uri, one.id))
            await tx.execute("UPDATE posts SET in_reply_to = ? WHERE in_reply_to = ?", (uri, one.uri))


async def _introduce(house: House, portrait: Photo, header: Photo) -> None:
    """Let the artisan say who she is, and write pages of her own."""
    told = dataclasses.replace(
        house.artisan,
        icon=portrait,
        image=header,
        summary="Porcelain and stoneware, thrown by hand.\n\nThe workshop is **open on Saturdays**.",
        summaries={"fr": "Porcelaine et grès, tournés à la main.\n\nL’atelier est **ouvert le samedi**."},
        crafts={"en": "ceramics", "fr": "céramique"},
        places={"en": "near Grenoble, France", "fr": "près de Grenoble"},
        commissions=Commissions.WAITING_LIST,
        commissions_notes={"en": "about six months", "fr": "six mois environ"},
        links=(ProfileLink(label="Shop", url="https://shop.example/maria"),),
    )
    about = PageDraft(
        title="About", text=TEXT, others={"fr": PageWording(title="À propos", text="Tournée à Grenoble.")}
    )
    async with house.db.write() as tx:
        await artisans_service.describe(tx, house.uris, told, utc_now())
        await pages_service.write(tx, house.artisan, about, utc_now())
        await pages_service.write(tx, house.artisan, PageDraft(title="Legal notice", text="Maria Vale."), utc_now())


async def _jar(house: House, camera: Camera) -> Draft:
    """Return a work of which everything is told."""
    views = [await camera(house, 10 + number) for number in range(4)]
    told = dataclasses.replace(
        views[1],
        captions={"fr": "La couture, avant l’émail"},
        label=Label.IN_PROGRESS,
        facts=Facts(taken_at="2025-06-14T09:30:00", camera="Fujifilm X-T5", settings="50 mm · f/2.8"),
        shows_date=True,
        shows_camera=True,
    )
    return Draft(
        title="Jarre de lune",
        text=TEXT,
        language="fr",
        photos=(views[0], told, *views[2:]),
        materials=("porcelaine", "émail transparent"),
        techniques=("tournage en deux parties",),
        dimensions=Dimensions((("height", Decimal("29.3")), ("diameter", Decimal("30.5"))), "cm"),
        year=2025,
        price=Price(Decimal("1420.00"), "EUR"),
        availability=Availability.ON_COMMISSION,
        series="Moons",
        tags=("porcelain", "Jarre"),
        featured=True,
        terms=OwnTerms(licence=Licence.CC_BY_NC),
        others={"en": Wording(title="Moon jar", text="Two deep bowls, joined.", materials=("porcelain",))},
    )


async def _furnish_shared(house: House, camera: Camera) -> None:
    """Let further artisans in: one who has shown nothing yet, and one for each look that pages can have."""
    await _move_in(house, "lea", Appearance())
    looks = {
        house.artisan.username: Appearance(layout=Layout.WALL, typeface=Typeface.PLAIN, accent="#2a5d9f"),
        "columns": Appearance(layout=Layout.COLUMNS, typeface=Typeface.STUDIO, accent="#d4b106"),
        "onebyone": Appearance(layout=Layout.ONE_BY_ONE, typeface=Typeface.BOOK, home=Home.FEATURED),
        "index": Appearance(layout=Layout.INDEX, typeface=Typeface.PLAIN, home=Home.SERIES),
    }
    for username, looks_like in looks.items():
        artisan = await _move_in(house, username, looks_like)
        for number in range(3):
            photos = (await camera(dataclasses.replace(house, artisan=artisan), number),)
            draft = Draft(title=f"Plate {number}", photos=photos, series="Plates", featured=number > 0)
            await dataclasses.replace(house, artisan=artisan).publish(draft)


async def _move_in(house: House, username: str, appearance: Appearance) -> Artisan:
    """Return the artisan of this name, new unless she was there before, with pages that look like this."""
    async with house.db.write() as tx:
        artisan = await artisans.find_by_username(tx, username) or await artisans_service.create(
            tx, username=username, name=f"Atelier {username.title()}", language="fr", key=key_pair(), now=utc_now()
        )
        await artisans_service.set_appearance(tx, artisan, appearance)
        return artisan
