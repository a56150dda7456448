"""The sample portfolio: read from the folder `sample`, and published as an artisan would publish it."""

import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fedi_artisan.cli.given import Workshop, chosen_artisan
from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.facts import normal_tag, parse_price
from fedi_artisan.domain.pages import PageDraft, PageWording, Place
from fedi_artisan.domain.photos import Label, Photo
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import MOST_PHOTOS, Availability, Dimensions, Draft, Series, SeriesWording, Wording, Work
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from fedi_artisan.services import works as works_service

# As if she published a work about every three weeks, the last one yesterday.
_BETWEEN_WORKS = timedelta(days=19, hours=5)
_SINCE_THE_LAST = timedelta(days=1)
_LEGAL = "legal"
_OWN_PICTURES = OwnTerms(full_size=False, watermarked=False)

_Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the files in *folder* tell of an artisan and her works; *told* is `portfolio.json` as it stands there."""

    folder: Path
    told: _Told

    @property
    def username(self) -> str:
        """The first half of her handle."""
        return str(self.told["artisan"]["username"])

    @property
    def name(self) -> str:
        """Her name, or her workshop's."""
        return str(self.told["artisan"]["name"])

    @property
    def language(self) -> str:
        """The language in which she mostly writes."""
        return str(self.told["artisan"]["language"])

    @property
    def others(self) -> list[str]:
        """The further languages in which everything is told."""
        return [code for code in self.told["artisan"]["summaries"] if code != self.language]

    @property
    def works(self) -> list[_Told]:
        """What is told of each work, in the order of publishing: the oldest first."""
        return list(reversed(self.told["works"]))

    def photo_count(self, photos_each: int = MOST_PHOTOS) -> int:
        """Return how many photographs there are, with up to *photos_each* of a work; portrait and header count."""
        return 2 + sum(len(work["photos"][:photos_each]) for work in self.works)

    def artisan(self, standing: Artisan, icon: Photo, image: Photo) -> Artisan:
        """Return the artisan with all that is told of her."""
        told = self.told["artisan"]
        return dataclasses.replace(
            standing,
            name=self.name,
            language=self.language,
            summary=told["summaries"][self.language],
            summaries={code: told["summaries"][code] for code in self.others},
            crafts=told["crafts"],
            places=told["places"],
            commissions=Commissions(told["commissions"]),
            commissions_notes=told["commissions_notes"],
            links=tuple(ProfileLink(**link) for link in told["links"]),
            icon=_said(icon, told["avatar"]),
            image=_said(image, told["header"]),
        )

    def pages(self) -> list[PageDraft]:
        """Return the pages that she wrote, in the order of the menu; the first line of each file is the title."""
        return [self._page(name) for name in self.told["pages"]]

    def _page(self, name: str) -> PageDraft:
        own, *others = (self._page_in(name, code) for code in (self.language, *self.others))
        return PageDraft(
            title=own.title,
            text=own.text,
            language=self.language,
            others=dict(zip(self.others, others, strict=True)),
            place=Place.FOOTER if name == _LEGAL else Place.MENU,
        )

    def _page_in(self, name: str, language: str) -> PageWording:
        text = (self.folder / "pages" / f"{name}.{language}.md").read_text(encoding="utf-8")
        title, _, rest = text.partition("\n")
        return PageWording(title=title.removeprefix("# "), text=rest.strip())

    def draft(self, told: _Told, photos: tuple[Photo, ...]) -> Draft:
        """Return what is told of a work, with its *photos*."""
        own = _wording(told, self.language)
        return Draft(
            title=own.title,
            text=own.text,
            materials=own.materials,
            techniques=own.techniques,
            language=self.language,
            others={code: _wording(told, code) for code in self.others},
            photos=tuple(_said(photo, one) for photo, one in zip(photos, told["photos"], strict=False)),
            dimensions=_dimensions(told["dimensions"]),
            year=told["year"],
            price=parse_price(told["price"]),
            availability=Availability(told["availability"]),
            series=self.told["series"][told["series"]]["name"][self.language],
            tags=tuple(normal_tag(tag) for tag in told["tags"]),
            featured=told.get("featured", False),
            terms=_terms(told),
        )

    def series(self, standing: Series, told: _Told) -> Series:
        """Return the series of a work with all that is told of it."""
        names, texts = (self.told["series"][told["series"]][key] for key in ("name", "text"))
        others = {code: SeriesWording(name=names[code], text=texts[code]) for code in self.others}
        return dataclasses.replace(standing, text=texts[self.language], others=others)


def read(folder: Path) -> Sample:
    """Return the sample that is told in *folder*."""
    return Sample(folder, json.loads((folder / "portfolio.json").read_text(encoding="utf-8"), parse_float=Decimal))


def read_neighbours(folder: Path) -> list[Sample]:
    """Return what is told in *folder* of the neighbours, each with a portfolio of her own."""
    told = json.loads((folder / "neighbours.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return [Sample(folder, one) for one in told]


async def furnish(
    workshop: Workshop,
    sample: Sample,
    *,
    photos_each: int = MOST_PHOTOS,
    newest_now: bool = False,
    on_photo: Callable[[], None] = lambda: None,
    clock: Clock = utc_now,
) -> AsyncIterator[Work]:
    """Introduce the only artisan, write her pages, and publish her works, the newest first; give each of them.

    Args:
        workshop: of a portfolio in which nothing was published yet.
        sample: what to publish.
        photos_each: how many photographs of a work are taken in at most.
        newest_now: whether the newest is published at this moment and as the last, for those who follow already.
        on_photo: called when one is made.
        clock: what time it is; the works were published before, at intervals.
    """

    async def take_in(told: _Told, terms: OwnTerms) -> Photo:
        uid = await workshop.intake.give(artisan, sample.folder / "photos" / told["file"])
        photo = await workshop.photos.make_one(uid, terms)
        on_photo()
        return photo

    async with workshop.db.read() as tx:
        artisan = await chosen_artisan(tx, None)
    own = [await take_in(sample.told["artisan"][which], _OWN_PICTURES) for which in ("avatar", "header")]
    async with workshop.db.write() as tx:
        artisan = await artisans_service.describe(tx, workshop.uris, sample.artisan(artisan, *own), clock())
        for page in sample.pages():
            await pages_service.write(tx, artisan, page, clock())
    for told in sample.works if newest_now else reversed(sample.works):
        photos = [await take_in(one, _terms(told)) for one in told["photos"][:photos_each]]
        age = len(sample.works) - 1 - sample.works.index(told)
        published_at = clock() - (timedelta() if newest_now and not age else _SINCE_THE_LAST + _BETWEEN_WORKS * age)
        async with workshop.db.write() as tx:
            draft = sample.draft(told, tuple(photos))
            work = await works_service.publish(tx, workshop.uris, artisan, draft, published_at)
            if work.series is not None and not work.series.text:
                await works_service.describe_series(tx, sample.series(work.series, told))
        yield work


def _said(photo: Photo, told: _Told) -> Photo:
    """Return *photo* with the words that are told of it."""
    label = Label(told["label"]) if "label" in told else None
    return dataclasses.replace(photo, alts=told["alts"], captions=told.get("captions", {}), label=label)


def _wording(told: _Told, language: str) -> Wording:
    """Return what is told of a work in one language."""
    return Wording(
        title=told["title"][language],
        text=told["text"][language],
        materials=tuple(one[language] for one in told["materials"]),
        techniques=tuple(one[language] for one in told["techniques"]),
    )


def _dimensions(told: _Told) -> Dimensions:
    """Return the measures, in the order they are told."""
    return Dimensions(tuple((kind, Decimal(number)) for kind, number in told.items() if kind != "unit"), told["unit"])


def _terms(told: _Told) -> OwnTerms:
    """Return in what a work's terms differ from those of its artisan."""
    return OwnTerms(licence=Licence(told["licence"]) if "licence" in told else None)
