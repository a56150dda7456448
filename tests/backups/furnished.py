"""A house in which everything is used, to be backed up and restored; and what is compared then."""

import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fedi_artisan.config import Config, load
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.pages import PageDraft
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Draft
from fedi_artisan.media.store import open_stores
from fedi_artisan.resources import folder
from fedi_artisan.services import drafts, speaking
from fedi_artisan.services import pages as pages_service
from fedi_artisan.services.backups.making import Backups
from fedi_artisan.services.backups.orders import Made, Order, Watching
from fedi_artisan.services.backups.sealing import Keys
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database
from tests.house import House, furnish
from tests.photos import PHOTOS, grey, take_in
from tests.web.studio.happening import follow, like, mention, permit, reply


def no_passphrase() -> str:
    """Fail: nobody should be asked."""
    raise AssertionError("nothing is encrypted here")


NO_KEYS = Keys(ask=no_passphrase)
# What is told of the backups themselves differs in each copy.
OLD = "a photograph from former times"
_OF_BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with a configuration file and what belongs to it."""

    folder: Path

    @property
    def file(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    @property
    def config(self) -> Config:
        """All settings."""
        return load(self.file)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, but of those about backups."""
        with contextlib.closing(sqlite3.connect(self.config.database)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {
                name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)  # noqa: S608 - their own names
                for name in names
                if name != _OF_BACKUPS
            }

    def files(self) -> dict[str, bytes]:
        """Return every file that is worth keeping."""
        places = ("media", "originals", "theme", "tls")
        found = [path for place in places for path in (self.config.data_dir / place).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.config.data_dir)): path.read_bytes() for path in found}

    def modes(self) -> dict[str, int]:
        """Return who may read each of those files."""
        return {name: (self.config.data_dir / name).stat().st_mode & 0o777 for name in self.files()}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[House]:
        """Open it as a command does, beside the running server or without one."""
        db = await Database.open(self.config.database, folder("migrations"))
        try:
            async with db.read() as tx:
                artisan = (await artisans.list_all(tx))[0]
            yield House(self.config, Uris(self.config.origin), db, artisan)
        finally:
            await db.close()

    async def back_up(self, order: Order, *, clock: Clock = utc_now, watching: Watching | None = None) -> Made:
        """Make a backup in this very process."""
        async with self.opened() as house:
            makes = Backups(self.config, self.file, house.db, open_stores(self.config), clock, watching or Watching())
            return await makes.make(order)


async def furnish_home(place: Path, origin: str) -> Home:
    """Return a new home in a folder, with something in every room."""
    home = Home(place)
    home.file.write_text(
        f'# Her own words.\norigin = "{origin}"\nlisten = "{urlsplit(origin).netloc}"\nallow_private_networks = true\n',
        encoding="utf-8",
    )
    await furnish(home.config, "lea")
    async with home.opened() as house:
        real = await take_in(house.config, house.db, house.artisan, PHOTOS / "bowl-tiny.jpg", alt="A bowl.")
        shown = await house.publish(Draft(title="Moon jar", text="Thrown in two halves.", photos=(real,)))
        await house.publish(Draft(title="Tea bowl", photos=(await grey(house, shade=90),)))
        await follow(house, "ana", "bob", "eve")
        await like(house, shown, "dora")
        await reply(house, shown, 1, "<p>How fine!</p>")
        await mention(house, 2, "<p>Are you there?</p>")
        await permit(house, shown)
        now = utc_now()
        async with house.db.write() as tx:
            await drafts.begin(tx, house.artisan, now, typed={"title": "Not yet"})
            await pages_service.write(tx, house.artisan, PageDraft(title="About", text="Me.", language="en"), now)
            await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="The kiln is hot."), now)
    for name, content in {
        "theme/static/été.css": "h1 { color: teal }",
        "tls/account.pem": "a key",
        f"originals/{hashlib.sha256(OLD.encode()).hexdigest()}.jpg": OLD,
        "incoming/half.part": "half",
    }.items():
        file = home.config.data_dir / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        file.chmod(0o644 if name.startswith("theme/") else 0o600)
    return home


class Nights:
    """A clock for backups: each night is one further."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return what time it is."""
        return self.now
