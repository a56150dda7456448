"""What stands in the house that inputs are sent to: one of everything that an address can name."""

from collections.abc import Mapping

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.works import Draft, Wording
from fedi_artisan.services import pages, speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.storage.db import fetch_value
from tests.house import House

# What stands in addresses in the place of what is another one in each house.
PLACEHOLDERS = ("actor", "work", "slug", "series", "page", "post", "draft")


async def furnish(house: House) -> Mapping[str, str]:
    """Have the artisan publish a work of a series, a page and a post, and return what they are called here."""
    now = utc_now()
    async with house.db.write() as tx:
        draft = Draft(
            title="Moon jar",
            text="Thrown in *two* halves, see https://a.example/ and #clay.",
            series="Moons",
            tags=("clay", "Grès"),
            materials=("stoneware", "ash glaze"),
            year=2024,
            others={"fr": Wording(title="Jarre de lune", text="Tournée en deux moitiés.")},
        )
        work = await works_service.publish(tx, house.uris, house.artisan, draft, now)
        if not await fetch_value(tx, "SELECT count(*) FROM pages", ()):
            await pages.write(tx, house.artisan, PageDraft(title="About me", text="Hello."), now)
        post = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="From the kiln: #clay"), now)
    series = await house.value("SELECT uid FROM series ORDER BY id DESC LIMIT 1")
    page = await house.value("SELECT uid FROM pages ORDER BY id DESC LIMIT 1")
    return {
        "actor": house.artisan.uid,
        "work": work.uid,
        "slug": work.slug,
        "series": str(series),
        "page": str(page),
        "post": post.uri.rpartition("/")[2],
    }


async def is_furnished(house: House, names: Mapping[str, str]) -> bool:
    """Whether the work, the page and the post are still there."""
    asked = (
        ("SELECT count(*) FROM works WHERE uid = ? AND withdrawn_at IS NULL", names["work"]),
        ("SELECT count(*) FROM pages WHERE uid = ?", names["page"]),
        ("SELECT count(*) FROM posts WHERE uid = ? AND withdrawn_at IS NULL", names["post"]),
    )
    return all([await house.value(sql, uid) for sql, uid in asked])
