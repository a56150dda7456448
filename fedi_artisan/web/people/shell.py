"""What stands around every page of an artisan: her name, her menu, and where things are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.pages import Page, Place
from fedi_artisan.storage import artisans, languages, own_posts, pages, series
from fedi_artisan.storage.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the layout shows around a page.

    Args:
        artisan: whose page it is; None where it is of several.
        alone: whether she is the only artisan here, so that the whole site is hers.
        menu: the pages that her menu leads to; the *footer* leads to others.
        has_series: whether there is a list of her series.
        has_journal: whether there is anything in her journal.
        tongues: the languages in which anything on this site is written, so that one that was chosen stays chosen.
    """

    artisan: Artisan | None = None
    alone: bool = False
    menu: Sequence[Page] = ()
    footer: Sequence[Page] = ()
    has_series: bool = False
    has_journal: bool = False
    tongues: Collection[str] = ()

    @property
    def home_path(self) -> str:
        """Where her portfolio is: the whole site where she is alone."""
        return "/" if self.artisan is None or self.alone else f"/@{self.artisan.username}"

    @property
    def whose(self) -> str | None:
        """Whose works are asked for on pages that show everybody's; None where that is clear, or nobody's."""
        return None if self.artisan is None or self.alone else self.artisan.username

    def path(self, name: str) -> str:
        """Return the path of a page that she has once: "follow", "card", "feed.atom"."""
        return f"{self.home_path.removesuffix('/')}/{name}"


BARE = Shell()


async def shell_of(tx: Tx, artisan: Artisan | None) -> Shell:
    """Return what stands around a page of *artisan*, or of several where it is None."""
    tongues = await languages.list_written(tx)
    if artisan is None:
        return Shell(tongues=tongues)
    written = await pages.list_all(tx, artisan.id)
    return Shell(
        artisan=artisan,
        alone=await artisans.count(tx) == 1,
        menu=[page for page in written if page.draft.place is Place.MENU],
        footer=[page for page in written if page.draft.place is Place.FOOTER],
        tongues=tongues,
        has_series=await series.count_shown(tx, artisan.id) > 1,
        has_journal=await own_posts.has_entries(tx, artisan.id),
    )
