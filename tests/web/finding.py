"""What programs find in our pages."""

import dataclasses
from decimal import Decimal
from typing import Any, NamedTuple

import extruct

from fedi_artisan.domain.actors import ProfileLink
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft, PageWording
from fedi_artisan.domain.works import Availability, Draft, Price, Wording, Work
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from tests.house import House
from tests.photos import grey
from tests.unit.web.markup import Page, read
from tests.web.asking import Asker

MASTODON = "https://mastodon.example/@maria"


class Found(NamedTuple):
    """What programs find in a page: its elements, its schema.org nodes, its OpenGraph, its microformats."""

    page: Page
    nodes: list[Any]
    open_graph: dict[str, Any]
    items: list[Any]

    def node(self, kind: str) -> Any:
        """Return the only node of this type."""
        [found] = [node for node in self.nodes if kind in node["@type"] or kind == node["@type"]]
        return found

    def item(self, kind: str) -> Any:
        """Return the only item of this kind that stands by itself."""
        [found] = [item for item in self.items if kind in item["type"]]
        return found["properties"]


async def visit(ask: Asker, path: str) -> Found:
    """Return what is found in the page at *path*."""
    answer = await ask(path, ("Accept", "text/html"))
    assert answer.status == 200, path
    html = answer.body.decode()
    syntaxes = ["json-ld", "opengraph", "microformat"]
    found = extruct.extract(html, base_url=answer.url, syntaxes=syntaxes, errors="strict")
    [document] = found["json-ld"]
    assert document["@context"] == "https://schema.org"
    graph = {name: value for one in found["opengraph"] for name, value in one["properties"]}
    return Found(read(html), document["@graph"], graph, found["microformat"])


async def furnish(house: House) -> tuple[Work, Draft]:
    """Let the artisan say who she is and publish a work, a plain one and a page; return the work and what it says."""
    async with house.db.write() as tx:
        told = dataclasses.replace(
            house.artisan,
            summary="Wheel-thrown *stoneware*.",
            summaries={"fr": "Grès tourné."},
            crafts={"en": "Potter", "fr": "Potière"},
            places={"en": "Porto, Portugal"},
            links=(ProfileLink(label="Mastodon", url=MASTODON), ProfileLink(label="Shop", url="https://shop.example/")),
        )
        await artisans_service.describe(tx, house.uris, told, utc_now())
    draft = Draft(
        title="Moon jar",
        text="Two bowls.",
        photos=(await grey(house, alt="A white jar."),),
        price=Price(Decimal("420.5"), "EUR"),
        availability=Availability.AVAILABLE,
        series="Lunes",
        tags=("Moon", "jar"),
        others={"fr": Wording(title="Jarre de lune", text="Deux bols.")},
    )
    work = await house.publish(draft)
    async with house.db.write() as tx:
        others = {"fr": PageWording(title="L’atelier", text="Au bord de la rivière.")}
        page = PageDraft(title="The workshop", text="By the *river*.", others=others)
        await pages_service.write(tx, house.artisan, page, utc_now())
    return work, draft
